import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { asFolderError, systemCode } from '../errors.ts';

/** More links than this in a row lead nowhere: they are a ring. */
const mostLinks = 40;

/**
 * Where a path leads, links followed, also through what is not there yet.
 *
 * @throws FolderError for links that lead in a ring
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

/** Whether a folder, which need not exist, is another one or inside it, links followed. */
export async function liesWithin(inner: string, outer: string): Promise<boolean> {
  return `${await realPath(inner)}${sep}`.startsWith(`${await realPath(outer)}${sep}`);
}
