import { fileURLToPath } from 'node:url';
import type { TrainCommand } from '@scalearn/experiments';
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
 * Returns how to start a program of this package in its own process: the runtime, and the arguments before those of the
 * program.
 *
 * @param program the command line, or the one that asks the graphics drivers
 */
export function commandLine(program: 'bin' | 'drivers'): TrainCommand {
  const isSource = import.meta.url.endsWith('.ts');
  const path = fileURLToPath(new URL(`./${program}.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const isDeno = 'Deno' in globalThis;
  const before = isDeno ? ['run', '--allow-all'] : isSource ? ['--conditions=@scalearn/source'] : [];
  return { runtime: process.execPath, before: [...before, path] };
}

/** Returns how to start the command `scalearn` in its own process, for `runExperiment` of `@scalearn/experiments`. */
export const trainCommand = (): TrainCommand => commandLine('bin');
