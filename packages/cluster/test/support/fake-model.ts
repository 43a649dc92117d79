// Trainings of milliseconds, whose bytes depend on those of their parents.
import { createHash } from 'node:crypto';
import type { Job } from '../../src/job.ts';

/** File of the result. */
export const modelName = 'model.bin';
export const checkpointName = 'checkpoint.bin';

const hash = (...parts: (string | Uint8Array)[]): Buffer => {
  const all = createHash('sha256');
  for (const part of parts) all.update(part);
  return all.digest();
};

/** State before the first step. @param parents their models, in the order of the job */
export const beginning = (key: string, parents: readonly Uint8Array[]): Buffer => hash(key, ...parents);

export const step = (state: Uint8Array, index: number): Buffer => hash(state, String(index));

/** Steps of a job: its first argument. */
export const stepsOf = (job: Job): number => Number(job.arguments[0] ?? 3);
