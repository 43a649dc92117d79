import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/**
 * Makes a folder for a worker's files, and removes those of workers of this machine that are dead.
 *
 * @param base folder for it; by default that of the system for temporary files
 */
export async function makeScratch(base: string = tmpdir()): Promise<string> {
  const root = join(base, 'scalearn-work');
  await mkdir(root, { recursive: true });
  // Containers of one folder have process ids of their own, and names of their own.
  const host = hostname().replaceAll(/[^A-Za-z0-9]/g, '_');
  for (const name of await readdir(root)) {
    const [, owner, pid] = /^(\w+)-(\d+)-[^-]+$/.exec(name) ?? [];
    if (owner === host && !isAlive(Number(pid))) await rm(join(root, name), { recursive: true, force: true });
  }
  return mkdtemp(join(root, `${host}-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
