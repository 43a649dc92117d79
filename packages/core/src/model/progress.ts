import type { CompileOptions, Device, Program } from '../devices/device.ts';
import type { Graph } from '../graph/graph.ts';

/** A long phase between steps: texts are tokenized, graphs are compiled, rows are evaluated. */
export type Phase = 'tokenize' | 'compile' | 'evaluate';

/** The progress of a phase. A phase starts with `done` 0 and ends with `done` equal to `total`. */
export interface ProgressEvent {
  readonly event: 'progress';
  /** The phase. */
  readonly phase: Phase;
  /** Number of finished texts, pipelines or rows. */
  readonly done: number;
  /** Number of texts, pipelines or rows of the phase. */
  readonly total: number;
}

/** Progress callback. It receives the number of finished items and the total number. */
export type OnProgress = (done: number, total: number) => void;

/** Returns a function that reports the progress of a phase to a listener; undefined without a listener. */
export function phaseReporter(
  listener: ((event: ProgressEvent) => void) | undefined,
): (phase: Phase) => OnProgress | undefined {
  return (phase) => listener && ((done, total) => listener({ event: 'progress', phase, done, total }));
}

/** Compiles a graph. Reports start and end even if the device reports no progress in between. */
export async function compileWithProgress(
  device: Device,
  graph: Graph,
  options: CompileOptions,
): Promise<Program> {
  options.onProgress?.(0, 1);
  const program = await device.compile(graph, options);
  options.onProgress?.(1, 1);
  return program;
}
