import type { createHash } from 'node:crypto';
import type * as fs from 'node:fs/promises';
import type { homedir } from 'node:os';
import type * as path from 'node:path';
import type { fileURLToPath } from 'node:url';

/** The parts of Node's own modules that are used. */
export interface NodeModules {
  /** `node:fs/promises`. */
  readonly fs: typeof fs;
  /** `node:path`. */
  readonly path: typeof path;
  /** The function of `node:os` that is used. */
  readonly os: {
    /** Returns the user's home folder. */
    readonly homedir: typeof homedir;
  };
  /** The function of `node:crypto` that is used. */
  readonly crypto: {
    /** Starts a hash. */
    readonly createHash: typeof createHash;
  };
  /** The function of `node:url` that is used. */
  readonly url: {
    /** Converts a `file:` URL to a path. */
    readonly fileURLToPath: typeof fileURLToPath;
  };
}

/**
 * Returns Node's modules in Node and Deno, or `undefined` in a browser. They are loaded at run time, so that bundlers
 * for browsers see no import of `node:`.
 */
export function nodeModules(): NodeModules | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  const load = host?.getBuiltinModule;
  if (!load) return undefined;
  return {
    fs: load('node:fs/promises') as typeof fs,
    path: load('node:path') as typeof path,
    os: load('node:os') as NodeModules['os'],
    crypto: load('node:crypto') as NodeModules['crypto'],
    url: load('node:url') as NodeModules['url'],
  };
}

/** Returns the environment variable, or `undefined` if it is not set, is empty, or there is no environment. */
export function environment(name: string): string | undefined {
  const host = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process;
  return host?.env?.[name] || undefined;
}

/** Returns the code of a failed system call, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code;
}
