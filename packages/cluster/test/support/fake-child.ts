import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trainInChild } from '../../src/worker/child.ts';
import type { Train } from '../../src/worker/train.ts';
import { beginning, checkpointName, modelName, step, stepsOf } from './fake-model.ts';

const program = fileURLToPath(new URL('fake-train.ts', import.meta.url));

/** Trains with `fake-train.ts`. @param pause milliseconds of each step */
export const fakeTraining = (pause: number, grace = 5000): Train =>
  trainInChild({
    command: (job, { out, parents }) => [
      ...([process.execPath, '--conditions=@scalearn/source', program] as const),
      JSON.stringify(job),
      JSON.stringify({ out, parents: Object.fromEntries(parents) }),
      String(pause),
    ],
    record: async () => ({ deviceKind: 'fake' }),
    checkpoint: checkpointName,
    look: 20,
    grace,
  });

/** The same training, in this process. */
export const simulated: Train = async (job, { out, parents }) => {
  const models = job.parents.map((key) => readFileSync(join(parents.get(key) ?? '', modelName)));
  let state = beginning(job.key, models);
  for (let i = 0; i < stepsOf(job); i++) state = step(state, i);
  writeFileSync(join(out, modelName), state);
  return { deviceKind: 'fake' };
};
