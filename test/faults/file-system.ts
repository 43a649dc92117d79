// Counts every operation by which a program changes the disk, so that the n-th can fail or be the last one. It replaces
// `node:fs/promises`. Other ways of writing are not seen, and a test checks that there are none.
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';

/** The outcome of a faulty operation. */
export type Fault =
  /** The operation fails with the code. Later ones succeed. */
  | { readonly kind: 'once'; readonly code: string }
  /** The operation fails with the code, and so do all later ones that need disk space. */
  | { readonly kind: 'full'; readonly code: string }
  /** The operation and all later ones are not executed. Half of its data may be written. */
  | { readonly kind: 'stop'; stopped(): void };

type Done = (...args: never[]) => Promise<unknown>;
/** Operations on paths, and whether they need disk space. */
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
 * Watches the operations below a folder.
 *
 * @param at index of the faulty operation, from 0
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
      // The second path is where something new is created.
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
        // Of read-only operations, only syncing a folder to disk counts.
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
          // A file is closed even if closing fails.
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
      // The system does the same for a process that has ended.
      for (const handle of opened) await handle.close().catch(() => {});
    },
  };
}

const halfOf = (content: unknown): unknown =>
  (content as string | Uint8Array).slice(0, (content as string | Uint8Array).length >> 1);
