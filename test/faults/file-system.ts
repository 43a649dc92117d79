// Every operation by which a program changes what is on disk, counted, so that the n-th can fail, or be the last one.
// `node:fs/promises` itself is replaced: what writes in another way is not seen, and a test says so.
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';

/** What becomes of an operation. */
export type Fault =
  /** It fails with the code, and those after it do not. */
  | { readonly kind: 'once'; readonly code: string }
  /** It fails with the code, and so does from then on whatever needs room. */
  | { readonly kind: 'full'; readonly code: string }
  /** It is never done, nor is anything after it; half of what it would have written may be there. */
  | { readonly kind: 'stop'; stopped(): void };

type Done = (...args: never[]) => Promise<unknown>;
/** Operations on paths, and whether they need room on the disk. */
const operations: Readonly<Record<string, boolean>> = {
  ...{
    mkdir: true,
    mkdtemp: true,
    writeFile: true,
    appendFile: true,
    copyFile: true,
    cp: true,
    symlink: true,
  },
  ...{ link: true, rename: false, rm: false, rmdir: false, unlink: false, truncate: false, chmod: false },
};
const ofHandles: Readonly<Record<string, boolean>> = {
  ...{ writeFile: true, write: true, appendFile: true, writev: true, sync: true, datasync: true },
  ...{ truncate: false, chmod: false, close: false },
};

export interface Watch {
  /** Names of the operations so far, such as `rename out/run.json`. */
  readonly log: readonly string[];
  end(): Promise<void>;
}

/**
 * Watches what is done below a folder.
 *
 * @param at the operation that the fault befalls, from 0
 */
export function watchFiles(root: string, at: number = Number.POSITIVE_INFINITY, fault?: Fault): Watch {
  const log: string[] = [];
  const opened = new Set<FileHandle>();
  const fails = (name: string, path: string, needsRoom: boolean): Fault | undefined => {
    log.push(`${name} ${path.slice(root.length + 1)}`);
    const number = log.length - 1;
    if (!fault || number < at) return undefined;
    if (number === at) return fault;
    if (fault.kind === 'once' || (fault.kind === 'full' && !needsRoom)) return undefined;
    return fault;
  };
  const befall = async (
    what: Fault,
    name: string,
    path: string,
    half?: () => Promise<unknown>,
  ): Promise<never> => {
    await half?.();
    if (what.kind === 'stop') {
      what.stopped();
      return new Promise(() => {});
    }
    const message = `${what.code}: it was made to fail, ${name} '${path}'`;
    throw Object.assign(new Error(message), { code: what.code, syscall: name, path });
  };
  const isInside = (path: unknown): path is string =>
    typeof path === 'string' && `${resolve(path)}${sep}`.startsWith(`${root}${sep}`);
  const before = { ...fs };
  const patched = fs as unknown as Record<string, Done>;
  for (const [name, needsRoom] of Object.entries(operations)) {
    const original = patched[name] as Done;
    patched[name] = async (...args: never[]) => {
      // The second path is where something new will be.
      const [first, second] = args as unknown[];
      const path = isInside(second) ? second : first;
      if (!isInside(path)) return original(...args);
      const what = fails(name, path, needsRoom);
      if (!what) return original(...args);
      const content = name === 'writeFile' ? second : undefined;
      return befall(
        what,
        name,
        path,
        content ? () => original(...([first, halfOf(content)] as never[])) : undefined,
      );
    };
  }
  patched.open = async (path: unknown, flags: unknown = 'r', ...rest: unknown[]) => {
    const creates = flags !== 'r';
    const open = before.open as Done;
    if (!isInside(path)) return open(...([path, flags, ...rest] as never[]));
    const what = creates ? fails('open', path, true) : undefined;
    if (what) return befall(what, 'open', path);
    const handle = (await open(...([path, flags, ...rest] as never[]))) as FileHandle;
    opened.add(handle);
    return watched(handle, path, creates);
  };
  const watched = (handle: FileHandle, path: string, isNew: boolean): FileHandle =>
    new Proxy(handle, {
      get(target, key) {
        const value = Reflect.get(target, key) as unknown;
        if (typeof value !== 'function') return value;
        // Of what is only read, putting a folder's names on the disk counts.
        const needsRoom = isNew || key === 'sync' ? ofHandles[key as string] : undefined;
        const bound = value.bind(target) as Done;
        const close = (): Promise<unknown> => {
          opened.delete(target);
          return bound();
        };
        const call = key === 'close' ? close : bound;
        if (needsRoom === undefined) return call;
        return async (...args: never[]) => {
          const what = fails(`handle.${String(key)}`, path, needsRoom);
          if (!what) return call(...args);
          // A file whose closing fails is closed.
          if (key === 'close' && what.kind !== 'stop') await call();
          const content = key === 'writeFile' ? (args as unknown[])[0] : undefined;
          return befall(what, String(key), path, content ? () => call(halfOf(content) as never) : undefined);
        };
      },
    });
  syncBuiltinESMExports();
  return {
    log,
    async end() {
      Object.assign(fs, before);
      syncBuiltinESMExports();
      // As the system does for a process that is gone.
      for (const handle of opened) await handle.close().catch(() => {});
    },
  };
}

const halfOf = (content: unknown): unknown =>
  (content as string | Uint8Array).slice(0, (content as string | Uint8Array).length >> 1);
