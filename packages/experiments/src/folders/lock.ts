import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { asFolderError, FolderError, InUseError, systemCode } from '../errors.ts';
import { statOf } from './paths.ts';

/** The process that holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process in the system's units, if known. It distinguishes processes with a reused id. */
  readonly started: string | null;
}

/** Milliseconds. Taking a lock is a few system calls, so a process that takes longer was killed. */
const longestTaking = 10_000;
/**
 * Milliseconds to wait for a lock. It is long enough to detect a process that was killed while it took over the lock.
 */
const patience = 1.5 * longestTaking;

/** Error codes of systems without hard links: FAT, and some network and user-space file systems. */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];

/** An attempt to take a lock. */
interface Attempt {
  readonly path: string;
  /** Path of a file with the content of the lock. */
  readonly own: string;
  readonly content: string;
  /** Whether the file system has hard links. Without them, a lock file exists before its content. */
  hasLinks: boolean;
}

/**
 * Takes a lock file, so that one process at a time uses the thing it stands for. A lock whose process no longer exists
 * is taken over.
 *
 * @returns a function that releases the lock
 * @throws FolderError if another process holds it
 */
export async function takeLock(path: string, what: string): Promise<() => Promise<void>> {
  const me: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  const content = JSON.stringify(me);
  const own = `${path}.${randomUUID()}`;
  const attempt: Attempt = { path, own, content, hasLinks: true };
  try {
    const folder = dirname(path);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw asFolderError(error, `the folder ${folder} could not be created`);
    });
    await writeFile(own, content);
    const deadline = Date.now() + patience;
    while (!(await create(attempt, path))) {
      if (Date.now() > deadline)
        throw new FolderError(`${what} is being taken by several processes at once; try again`);
      await checkHolder(path, what);
      await removeStale(attempt, what);
    }
    await removeLeftovers(path, own).catch(() => {});
  } catch (error) {
    throw asFolderError(error, `${what} cannot be used for output`);
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
  return async () => {
    if ((await readLock(path)) === content) await rm(path, { force: true });
  };
}

/** Creates a lock file with its content in one step, by linking. @returns false if the lock file exists already */
async function create(attempt: Attempt, path: string): Promise<boolean> {
  try {
    await link(attempt.own, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code === undefined || !noLinks.includes(code)) throw error;
  }
  attempt.hasLinks = false;
  return createWithoutLinks(path, attempt.content);
}

async function createWithoutLinks(path: string, content: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  });
  if (!file) return false;
  try {
    await file.writeFile(content);
    return true;
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** Checks the holder of a lock. @throws FolderError if the holder is alive, or on another machine */
async function checkHolder(path: string, what: string): Promise<void> {
  const holder = await holderOf(path);
  if (!holder) return;
  const { pid, host } = holder;
  if (host !== hostname())
    throw new InUseError(
      `${what} is in use by process ${pid} on ${host}; wait for it, or delete ${path} if it is gone`,
    );
  if (await isAlive(holder))
    throw new InUseError(`${what} is in use by process ${pid}; wait until it ends or choose another folder`);
}

/**
 * Removes a stale lock. Only one process at a time may do this: another process might have replaced the lock already.
 */
async function removeStale(attempt: Attempt, what: string): Promise<void> {
  const { path } = attempt;
  const guard = `${path}.takeover`;
  if (!attempt.hasLinks && !(await holderOf(path)) && (await ageOf(path)) < longestTaking) {
    await setTimeout(50);
    return;
  }
  if (!(await create(attempt, guard))) {
    if ((await ageOf(guard)) > longestTaking) await rm(guard, { force: true });
    await setTimeout(20 * Math.random());
    return;
  }
  try {
    await checkHolder(path, what);
    await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** Removes files of processes that were killed while they took this lock. */
async function removeLeftovers(path: string, own: string): Promise<void> {
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(basename(path)));
  for (const name of names) {
    const file = join(dirname(path), name);
    if (file === own || !/^\.(?:takeover|[0-9a-f-]{36})$/.test(name.slice(basename(path).length))) continue;
    const holder = await holderOf(file);
    const isLeft =
      holder?.host === hostname() ? !(await isAlive(holder)) : (await ageOf(file)) > longestTaking;
    if (isLeft) await rm(file, { force: true });
  }
}

/**
 * Returns the age of a file in milliseconds. It uses the change time of the inode, which linking updates; the content
 * may be older.
 */
async function ageOf(path: string): Promise<number> {
  return Date.now() - ((await statOf(path))?.ctimeMs ?? Date.now());
}

const readLock = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

/** Returns the holder of a lock; undefined if the file is missing or has no complete content. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse((await readLock(path)) ?? '') as Partial<Holder> | null;
    const { pid, host } = holder ?? {};
    return Number.isSafeInteger(pid) && typeof host === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  // The holder has our process id: it is this process, or an earlier process of a container with the same id.
  const now = await startOf(pid);
  if (started !== null && now !== null) return started === now;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** Returns field 22 of /proc/PID/stat; null on systems without it, and for processes that have ended. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in parentheses and may contain any character.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds no locks.
  return fields && fields[0] !== 'Z' ? (fields[19] ?? null) : null;
}
