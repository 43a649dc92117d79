import { type Job, parentsFirst } from '../../src/job.ts';
import { beginning, step, stepsOf } from './fake-model.ts';

/** Returns the model of each job, as one machine makes them. */
export function expectedModels(jobs: readonly Job[]): ReadonlyMap<string, Buffer> {
  const models = new Map<string, Buffer>();
  for (const job of parentsFirst(jobs)) {
    let state = beginning(
      job.key,
      job.parents.map((parent) => models.get(parent) ?? Buffer.alloc(0)),
    );
    for (let i = 0; i < stepsOf(job); i++) state = step(state, i);
    models.set(job.key, state);
  }
  return models;
}
