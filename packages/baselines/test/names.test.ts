// Every method with names that are hard for objects, paths and lists: what was trained is saved, and read again.
import {
  type Adapter,
  bottleneck,
  type Method,
  ReferenceDevice,
  readSnapshot,
  TrainedModel,
  type TrainingTask,
  train,
} from '@scalearn/core';
import { expect, test } from 'vitest';
import { plainAdapter } from '../../core/test/methods/random-adapter.ts';
import { randomLora } from '../../core/test/methods/random-lora.ts';
import { memoryFolder } from '../../core/test/training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../../core/test/training/tiny.ts';
import {
  adapterFusion,
  adapterM,
  adapterSoup,
  baselineReaders,
  compacter,
  fullFinetuning,
  fullFinetuningM,
  hyperformer,
  ia3,
  loraAverage,
  lorahub,
  probe,
  propetl,
  propetlM,
} from '../src/index.ts';

const encoder = await tinyEncoder(new ReferenceDevice(), { layers: 1 });
const target = { encoder: encoder.architecture, encoderFingerprint: encoder.fingerprint, modelName: 'tiny' };
const small = { encoder, maxSteps: 2, batchSize: 4 } as const;
const taskOf = (id: string, seed = 0): TrainingTask => ({
  ...tinyTask({ rows: 8, validationRows: 4, seed }),
  id,
});

const trained = await train({ ...small, task: taskOf('red'), method: bottleneck({ width: 2 }) });
const adapter = plainAdapter(await trained.adapter());
const names = ['__proto__', '2024', 'v1.0', 'constructor', '10'];
const sources = names.map((name): Adapter => ({ ...adapter, name }));
const loras = names.map((name) => randomLora(name, encoder.architecture));
const ids = ['__proto__', 'mine/my reviews', 'v1.0', '2024', '..'];

const methods: readonly Method[] = [
  adapterFusion({ sources }),
  adapterSoup({ sources, weights: [0.1, 0.2, 0.3, 0.2, 0.2] }),
  loraAverage({ sources: loras }),
  lorahub({ sources: loras, weights: [0.1, 0.2, 0.3, -0.2, 0.2] }),
  probe({ sources: sources.slice(0, 2), omega: [0.5, 2] }),
  ...[compacter({ reductionFactor: 2 }), propetl(), ia3(), fullFinetuning()],
  ...[adapterM({ width: 2 }), propetlM(), fullFinetuningM(), hyperformer()],
];

test.each(methods.map((method) => [method.name, method] as const))('%s', async (_, method) => {
  const tasks = ids.map(taskOf);
  const jobs = method.kind === 'joint' ? [{ tasks }] : tasks.map((task) => ({ task }));
  for (const job of jobs) {
    using model = await train({ ...small, ...job, method, evaluateEvery: 2 });
    const files = await model.files();
    const snapshot = await readSnapshot(memoryFolder(files), target, baselineReaders);
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, model.tasks);
    expect(Object.keys(await again.files())).toEqual(Object.keys(files));
    for (const { id } of model.tasks) {
      const { validation } = taskOf(id);
      expect((await again.for(id).predict(validation)).logits).toEqual(
        (await model.for(id).predict(validation)).logits,
      );
    }
  }
});
