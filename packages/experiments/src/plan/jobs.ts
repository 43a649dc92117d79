import type { DeviceChoice } from '@scalearn/core';
import type { Plan, PlannedRun } from './plan.ts';

/** One training of a plan, as plain data: any machine that has the encoder and the data can do it. */
export interface Job {
  /** Id of the model: equal models of any plans have equal keys. */
  readonly key: string;
  /** Arguments of `scalearn train`, without those that name folders of models. */
  readonly arguments: readonly string[];
  /** Keys of the models that it is trained from, in the order of its sources. */
  readonly parents: readonly string[];
  /** SHA-256 of the encoder's configuration and weights. */
  readonly encoder: string;
  /** Fingerprints of the rows of its tasks. */
  readonly data: readonly string[];
}

/** Returns every training of a plan once, each after those that it needs. */
export function jobsOf({ runs }: Pick<Plan, 'runs'>): Job[] {
  return runs.map(jobOf);
}

/** Returns the training of a planned model. */
export function jobOf({ id, arguments: args, sources, encoder, tasks }: PlannedRun): Job {
  return {
    ...{ key: id, arguments: args, parents: sources.map((source) => source.id) },
    ...{ encoder: encoder.fingerprint, data: tasks.map(({ fingerprint }) => fingerprint) },
  };
}

/** Where and how a job is done on a machine. */
export interface JobPlace {
  /** Returns the folder of a model by its key: of the job's own, and of its parents. */
  folderOf(key: string): string;
  /** Device to train on; by default the best available. */
  readonly device?: DeviceChoice | undefined;
  /** CPU threads of ONNX Runtime; by default all. */
  readonly threads?: number | undefined;
}

/** Returns the arguments of `scalearn train` that do a job here: begun, or continued where it was interrupted. */
export function jobArguments(
  { key, arguments: args, parents }: Pick<Job, 'key' | 'arguments' | 'parents'>,
  { folderOf, device, threads }: JobPlace,
): string[] {
  return [
    ...args,
    ...(parents.length === 0 ? [] : ['--sources', ...parents.map(folderOf)]),
    ...[`--out=${folderOf(key)}`, '--resume', '--json'],
    ...(device === undefined ? [] : ['--device', device]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
  ];
}
