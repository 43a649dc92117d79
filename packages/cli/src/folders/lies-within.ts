import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** Whether a folder, which need not exist, is another one or inside it, links followed. */
export async function liesWithin(inner: string, outer: string): Promise<boolean> {
  return `${await realPath(resolve(inner))}${sep}`.startsWith(`${await realPath(resolve(outer))}${sep}`);
}

async function realPath(path: string): Promise<string> {
  const parent = dirname(path);
  return realpath(path).catch(async () =>
    parent === path ? path : join(await realPath(parent), basename(path)),
  );
}
