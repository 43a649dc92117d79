import type { Stats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { asFolderError, systemCode } from '../errors.ts';

/** Returns what the system knows of a file or folder; undefined if there is none. */
export const statOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

/** Returns whether there is such a file. */
export const isFile = async (path: string): Promise<boolean> => (await statOf(path))?.isFile() ?? false;

/** Returns whether there is such a folder. */
export const isFolder = async (path: string): Promise<boolean> =>
  (await statOf(path))?.isDirectory() ?? false;

/** Largest number of links in a row; more form a cycle. */
const mostLinks = 40;

/**
 * Returns the target of a path with links resolved, including the part that does not exist yet.
 *
 * @throws FolderError if links form a cycle
 */
export async function realPath(path: string, links = 0): Promise<string> {
  const full = resolve(path);
  const parent = dirname(full);
  return realpath(full).catch(async (error: unknown) => {
    if (systemCode(error) === 'ELOOP') throw asFolderError(error, `${path} cannot be used`);
    const target = links < mostLinks ? await readlink(full).catch(() => undefined) : undefined;
    if (target !== undefined) return realPath(resolve(parent, target), links + 1);
    return parent === full ? full : join(await realPath(parent, links), basename(full));
  });
}

/** Returns whether a folder is another one or lies inside it, with links resolved. The folder need not exist. */
export async function liesWithin(inner: string, outer: string): Promise<boolean> {
  return `${await realPath(inner)}${sep}`.startsWith(`${await realPath(outer)}${sep}`);
}
