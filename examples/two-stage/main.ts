// Both stages on GLUE: node --conditions=@scalearn/source main.ts ENCODER DATA OUT [--quick]
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Adapter,
  bottleneck,
  type FileSet,
  requestDevice,
  scalearn,
  snapshotFiles,
  type TrainEvent,
  type TrainOptions,
  train,
} from '@scalearn/core';
import { loadTask } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import { evaluate } from '@scalearn/evaluation';

const [encoderName, data, out, ...flags] = process.argv.slice(2);
if (!encoderName || !data || !out) {
  console.error('node main.ts ENCODER DATA OUT [--quick]; DATA holds RTE/, MRPC/ and STS-B/ of GLUE');
  process.exit(2);
}
// A minute or so, to see that it works; its scores mean nothing.
const quick = flags.includes('--quick');

await using device = await requestDevice();
using encoder = await loadEncoder(encoderName, { device, ...(quick ? { layers: 2 } : {}) });
console.log(`${encoder.name}, ${encoder.shape.layers} layers, on ${device.description}`);

const load = (id: string) => loadTask(id, { data, ...(quick ? { limit: 64, evalLimit: 32 } : {}) });
const tasks = await Promise.all(['glue/stsb', 'glue/mrpc', 'glue/rte'].map(load));
const target = tasks.at(-1)!;
const settings = { encoder, seed: 0, epochs: quick ? 1 : 5, onEvent: report } satisfies Partial<TrainOptions>;

// Stage 1: one adapter for each source task.
const sources: Adapter[] = [];
for (const task of tasks) {
  console.log(`stage 1: ${task.name}, ${task.train.length} rows`);
  using model = await train({ ...settings, task, method: bottleneck({ reductionFactor: 16 }) });
  console.log(await evaluate(model, task));
  sources.push(await model.adapter());
}

// Stage 2: learn to scale the frozen sources for the target.
console.log(`stage 2: ${target.name} from ${sources.map((source) => source.name).join(', ')}`);
const method = scalearn({ sources, variant: 'scalearn++' });
using model = await train({ ...settings, task: target, method });
console.log(await evaluate(model, target));
await save(join(out, 'scalearn'), await model.files());

// The whole is one plain adapter again, for Python too.
await save(join(out, 'merged'), snapshotFiles(await model.merge()));
console.log(`written to ${out}`);

function report(event: TrainEvent): void {
  if (event.event === 'epoch')
    console.log(
      `  epoch ${event.epoch}: training ${event.trainLoss.toFixed(3)}, validation ${event.validationLoss.toFixed(3)}`,
    );
}

async function save(folder: string, files: FileSet): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}
