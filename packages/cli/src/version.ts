import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };

/** Of this package. */
export const version: string = manifest.version;

/** What starts the command line in a process of its own: the runtime, and the arguments before those of the command. */
export function commandLine(): { readonly runtime: string; readonly before: readonly string[] } {
  const isSource = import.meta.url.endsWith('.ts');
  const program = fileURLToPath(new URL(isSource ? './bin.ts' : './bin.js', import.meta.url));
  const isDeno = 'Deno' in globalThis;
  const before = isDeno ? ['run', '--allow-all'] : isSource ? ['--conditions=@scalearn/source'] : [];
  return { runtime: process.execPath, before: [...before, program] };
}
