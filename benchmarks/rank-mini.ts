// Measures whether the evidence of `scalearn rank` finds the best sources on MiniGLUE: eight targets, sources of three qualities.
import { parseArgs } from 'node:util';
import { type SourceAdapter, scalearn, train } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { evaluate } from '@scalearn/evaluation';
import { embedTask, LogMe, sourcesTrial, taskSimilarity } from '@scalearn/experiments/runs';
import { openDevice } from './lib/device.ts';
import { Measured, openRankWorld } from './lib/rank-sources.ts';
import { chosenSources, summarize, summarizeTogether } from './lib/rank-summary.ts';

// Measured values are kept in the file, and what it has is not measured again.
const { values } = parseArgs({
  options: {
    file: { type: 'string', default: 'rank-mini.jsonl' },
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '60' },
    qualities: { type: 'string', default: 'full,short,random' },
    parts: { type: 'string', default: 'evidence,coefficients,alone,together' },
  },
});
const seeds = Array.from(Array(Number(values.seeds)).keys());
const steps = Number(values.steps);
const parts = values.parts.split(',');
const measured = await Measured.open(values.file);
await using device = await openDevice({ device: 'onnx', threads: 1 });
const { encoder, tasks, sourcesFor } = await openRankWorld(device, values.qualities.split(','));

/** Runs work, and adds its seconds to the result. */
async function timed<T extends object>(work: () => Promise<T>): Promise<T & { readonly seconds: number }> {
  const start = performance.now();
  return { ...(await work()), seconds: (performance.now() - start) / 1000 };
}

/** Trains ScaLearnUniform on sources in full, and scores it on the test rows. */
async function scoreOf(
  task: Task,
  sources: readonly SourceAdapter[],
  seed: number,
): Promise<{ score: number }> {
  const method = scalearn({ sources, variant: 'scalearn-uniform' });
  using model = await train({ encoder, task, method, seed, epochs: 15, evaluateEvery: 12 });
  return { score: (await evaluate(model, task)).primary.value };
}

const embedded = new Map<string, Promise<Float32Array[]>>();
/** Embeds the texts of a task once. */
function embeddingsOf(task: Task): Promise<Float32Array[]> {
  const found = embedded.get(task.id) ?? embedTask(encoder, task);
  embedded.set(task.id, found);
  return found;
}

for (const task of parts.includes('evidence') ? tasks : []) {
  using evidence = await LogMe.create(encoder, task);
  for (const { adapter, task: name } of sourcesFor(task)) {
    const from = tasks.find(({ id }) => id === `miniglue/${name}`) ?? task;
    await measured.of(`similarity ${task.id} ${adapter.name}`, () =>
      timed(async () => ({ value: taskSimilarity(await embeddingsOf(from), await embeddingsOf(task)) })),
    );
    await measured.of(`logMe ${task.id} ${adapter.name}`, () =>
      timed(async () => ({ value: await evidence.of(adapter) })),
    );
  }
}
for (const seed of parts.includes('coefficients') ? seeds : [])
  for (const task of tasks) {
    const adapters = sourcesFor(task).map(({ adapter }) => adapter);
    await measured.of(`coefficients ${task.id} ${seed} ${steps} ${adapters.length}`, () =>
      timed(async () => {
        const { coefficients } = await sourcesTrial(adapters, seed, { encoder, task, steps });
        return { values: Object.fromEntries(adapters.map(({ name }, t) => [name, coefficients[t] ?? 0])) };
      }),
    );
  }
for (const seed of parts.includes('alone') ? seeds : [])
  for (const task of tasks)
    for (const { adapter } of sourcesFor(task))
      await measured.of(`alone ${task.id} ${adapter.name} ${seed}`, () =>
        timed(() => scoreOf(task, [adapter], seed)),
      );
for (const seed of parts.includes('together') ? seeds : [])
  for (const task of tasks) {
    const all = sourcesFor(task).map(({ adapter }) => adapter);
    for (const count of [1, 3, 8]) {
      const names = chosenSources(measured, task.id).slice(0, count);
      const chosen = all.filter(({ name }) => names.includes(name));
      await measured.of(`together ${task.id} best-${count} ${seed}`, () =>
        timed(() => scoreOf(task, chosen, seed)),
      );
    }
    await measured.of(`together ${task.id} all ${seed}`, () => timed(() => scoreOf(task, all, seed)));
  }
for (const line of [...summarize(measured), ...summarizeTogether(measured)])
  console.log(JSON.stringify(line));
