/** What only some runtimes have: types of the others' are not all there. */
export const host: Host = globalThis;

interface Host {
  readonly navigator?: { readonly gpu?: GPU };
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly versions?: { readonly node?: string };
  };
}

/** Whether this is Node, and not another runtime that passes for it. */
export function isNode(): boolean {
  return host.process?.versions?.node !== undefined && !('Deno' in globalThis);
}

/** A variable of the environment; undefined where there is none, or where reading it is not allowed. */
export function environment(name: string): string | undefined {
  try {
    return host.process?.env?.[name] || undefined;
  } catch {
    // Deno asks for a permission.
    return undefined;
  }
}

/** What an error says; whatever else was thrown, as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
