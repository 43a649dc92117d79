import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { asFolderError, FolderError, systemCode } from '../errors.ts';

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the system's units, where it tells: process ids come back. */
  readonly started: string | null;
}

/**
 * Takes a lock file, so that one process at a time works on what it stands for. A lock whose process is gone is taken
 * over.
 *
 * @returns releases the lock
 * @throws FolderError if another process holds it
 */
export async function takeLock(path: string, what: string): Promise<() => Promise<void>> {
  const me: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  const content = JSON.stringify(me);
  const own = `${path}.${randomUUID()}`;
  try {
    await writeFile(own, content);
    // Linking creates the lock with its content in one step, and fails where there is one.
    for (let attempt = 0; ; attempt++) {
      try {
        await link(own, path);
        break;
      } catch (error) {
        if (systemCode(error) !== 'EEXIST' || attempt >= 10) throw error;
        await removeStale(path, own, what);
      }
    }
  } catch (error) {
    throw asFolderError(error, `${what} cannot be used for output`);
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
  return async () => {
    if ((await readLock(path)) === content) await rm(path, { force: true });
  };
}

/** @throws FolderError if the lock's process is alive, or on another machine */
async function removeStale(path: string, own: string, what: string): Promise<void> {
  const seen = await readLock(path);
  if (seen === undefined) return;
  const holder = parse(seen);
  if (holder && holder.host !== hostname())
    throw new FolderError(
      `${what} is in use by process ${holder.pid} on ${holder.host}; wait for it, or delete ${path} if it is gone`,
    );
  if (holder && (await isAlive(holder)))
    throw new FolderError(
      `${what} is in use by process ${holder.pid}; wait until it ends or choose another folder`,
    );
  // Moved away before it is deleted: what was moved may already be the lock of a third process that was quicker.
  const moved = `${own}.stale`;
  await rename(path, moved).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
  if ((await readLock(moved)) !== seen) await link(moved, path).catch(() => {});
  await rm(moved, { force: true });
}

function readLock(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return Number.isSafeInteger(holder?.pid) && typeof holder?.host === 'string'
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  // One of ours that was never released, or an earlier process of a container that had the same number.
  const now = await startOf(pid);
  if (started !== null && now !== null) return started === now;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** Field 22 of /proc/PID/stat; null on systems that have none, and for processes that are gone. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field, the program's name in parentheses, may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie no longer works on anything.
  return fields && fields[0] !== 'Z' ? (fields[19] ?? null) : null;
}
