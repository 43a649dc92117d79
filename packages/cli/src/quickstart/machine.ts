import { availableParallelism, cpus, totalmem } from 'node:os';
import { runtimeVersions } from '../doctor/examine.ts';
import { bytes, counted } from '../output/format.ts';

/** What the models are trained on. */
export interface Machine {
  /** Processor, cores and memory. */
  readonly description: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const model = cpus()[0]?.model.trim().replace(/\s+/g, ' ') || process.arch;
  const parts = [model, counted(availableParallelism(), 'core'), bytes(totalmem())];
  return { description: parts.join(', '), versions: runtimeVersions() };
}
