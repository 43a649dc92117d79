import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };

/** Version of this package. */
export const version: string = manifest.version;

/** Returns the versions of this package and of the runtime. */
export function runtimeVersions(): Record<string, string> {
  const { versions, platform, arch } = process;
  const runtime: Record<string, string> = versions.deno
    ? { deno: versions.deno, node: `${versions.node} (compatible)` }
    : { node: versions.node };
  return { scalearn: version, ...runtime, system: `${platform} ${arch}` };
}

/**
 * Returns how to start the command line in its own process: the runtime, and the arguments before those of the command.
 */
export function commandLine(): { readonly runtime: string; readonly before: readonly string[] } {
  const isSource = import.meta.url.endsWith('.ts');
  const program = fileURLToPath(new URL(isSource ? './bin.ts' : './bin.js', import.meta.url));
  const isDeno = 'Deno' in globalThis;
  const before = isDeno ? ['run', '--allow-all'] : isSource ? ['--conditions=@scalearn/source'] : [];
  return { runtime: process.execPath, before: [...before, program] };
}
