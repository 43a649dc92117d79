/**
 * A `GPUDevice` of WebGPU. The type is that of the program's own declarations of WebGPU, such as those of TypeScript's
 * DOM library, of `@webgpu/types` or of Deno. Programs without any compile, too.
 */
export type GpuDevice = typeof globalThis extends {
  navigator: { gpu: { requestAdapter(): Promise<{ requestDevice(): Promise<infer Device> } | null> } };
}
  ? Device
  : object;

/** Globals that only some runtimes have, and that their types do not declare everywhere. */
export const host: Host = globalThis;

/** The part of IndexedDB that this library uses. */
export interface Databases {
  open(
    name: string,
    version: number,
  ): DatabaseRequest<{
    createObjectStore(name: string): unknown;
    transaction(name: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): DatabaseTable };
    close(): void;
  }>;
}
export interface DatabaseTable {
  get(key: string): DatabaseRequest<unknown>;
  put(value: unknown, key: string): DatabaseRequest<unknown>;
}
export interface DatabaseRequest<T> {
  readonly result: T;
  readonly error: unknown;
  addEventListener(type: string, listener: () => void): void;
}

interface Host {
  readonly indexedDB?: Databases;
  readonly navigator?: { readonly gpu?: GPU };
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly versions?: { readonly node?: string };
  };
}

/** Returns whether the runtime is Node itself, not a runtime that imitates it. */
export function isNode(): boolean {
  return host.process?.versions?.node !== undefined && !('Deno' in globalThis);
}

/** Returns an environment variable; undefined if it is not set or may not be read. */
export function environment(name: string): string | undefined {
  try {
    return host.process?.env?.[name] || undefined;
  } catch {
    // Deno throws without the permission to read the environment.
    return undefined;
  }
}

/** Returns the message of an error. Other thrown values are converted to text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
