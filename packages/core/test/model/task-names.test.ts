// Whatever trains can be saved, and whatever was saved can be read: names of tasks and labels become keys and folders.
import { describe, expect, test } from 'vitest';
import {
  type Adapter,
  ArgumentError,
  bottleneck,
  type Method,
  mergeSnapshot,
  ReferenceDevice,
  readSnapshot,
  scalearn,
  snapshotFiles,
  TrainedModel,
  type TrainingTask,
  train,
} from '../../src/index.ts';
import type { MethodReader } from '../../src/methods.ts';
import { coreReaders } from '../../src/model/snapshot.ts';
import { plainAdapter } from '../methods/random-adapter.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';

const encoder = await tinyEncoder(new ReferenceDevice(), { layers: 1 });
const target = { encoder: encoder.architecture, encoderFingerprint: encoder.fingerprint, modelName: 'tiny' };
const small = { encoder, maxSteps: 2, batchSize: 4 } as const;

const ids = [
  ...['mine/my reviews', 'v1.0', 'mine/v1.0', '.', '..', 'mine/..', '__proto__', 'constructor', 'toString'],
  ...[
    'mine/2024',
    'ünïcode 名前 😀',
    'a,b',
    'a\\b',
    'a\nb',
    'run.json',
    'mine/model_head.safetensors',
    'a+20+b',
  ],
  ...[`long/${'x'.repeat(400)}`, `long/${'名'.repeat(100)}`],
];
const taskOf = (id: string, seed = 0): TrainingTask => ({
  ...tinyTask({ rows: 8, validationRows: 4, seed }),
  id,
});

/** Saved, read again, and saved once more. */
async function readAgain(model: TrainedModel, readers: readonly MethodReader[] = []): Promise<TrainedModel> {
  const files = await model.files();
  for (const path of Object.keys(files)) expect(path).toMatch(/^(?:[\w+-]{1,150}\/){0,2}[\w.]+$/);
  const snapshot = await readSnapshot(memoryFolder(files), target, readers);
  const again = await TrainedModel.fromSnapshot(encoder, snapshot, model.tasks);
  expect(await again.files()).toEqual(files);
  return again;
}

test.each(ids)('a task %j in both stages, and merged', async (id) => {
  const task = taskOf(id);
  using first = await train({ ...small, task, method: bottleneck({ width: 2 }) });
  using again = await readAgain(first);
  const own = plainAdapter(await again.adapter());
  const other: Adapter = { ...own, name: 'other' };
  using second = await train({ ...small, task, method: scalearn({ sources: [other, own] }) });
  using read = await readAgain(second);
  const { logits } = await second.predict(task.validation);
  expect((await read.predict(task.validation)).logits).toEqual(logits);
  const merged = snapshotFiles(mergeSnapshot(await read.snapshot()));
  await readSnapshot(memoryFolder(merged), target);
});

describe('joint training', () => {
  const joint: Method = { ...bottleneck({ width: 2 }), name: 'shared adapter', kind: 'joint' };
  const reader: MethodReader = async (folder, place) => {
    for (const read of coreReaders) {
      const stored = await read(folder, place);
      if (stored) return { ...stored, method: joint };
    }
    return undefined;
  };

  test('of all those tasks, each with labels of its own', async () => {
    const unique = ids.filter((id) => id !== 'mine/v1.0' && id !== 'mine/..');
    const tasks = unique.map((id, i) => ({ ...taskOf(id, i), labels: [`no ${i}`, '__proto__'] }));
    using model = await train({ ...small, tasks, maxSteps: 40, batchSize: 2, method: joint });
    using again = await readAgain(model, [reader]);
    for (const { id, validation, labels } of tasks) {
      const { logits } = await model.for(id).predict(validation);
      expect((await again.for(id).predict(validation)).logits).toEqual(logits);
      const last = id.split('/').at(-1) as string;
      expect(again.for(last).task.labels).toEqual(labels);
    }
  });

  test('the files of a model for one of its tasks are those of the whole, the labels of all tasks among them', async () => {
    const tasks = ['a', 'b'].map((id, i) => ({ ...taskOf(id, i), labels: [`${id} no`, `${id} yes`] }));
    using model = await train({ ...small, tasks, method: joint });
    expect(await model.for('a').files()).toEqual(await model.files());
    expect(String((await model.for('a').files())['heads/b/head_config.json'])).toContain('b yes');
  });

  test('of tasks that are named alike in a model is refused', async () => {
    const tasks = [taskOf('one/a b'), taskOf('two/a b')];
    await expect(train({ ...small, tasks, method: joint })).rejects.toThrow("both named 'a+20+b' in a model");
  });
});

test.each([
  [{ id: '' }, "the task '' has no name"],
  [{ id: 'mine/' }, "the task 'mine/' has no name"],
  [{ labels: ['yes', 'yes'] }, "has the label 'yes' twice"],
])('a task with %j is refused before training', async (part, message) => {
  let began = false;
  const attempt = train({
    ...{ ...small, task: { ...taskOf('red'), ...part }, method: bottleneck({ width: 2 }) },
    onEvent: () => {
      began = true;
    },
  });
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toBeInstanceOf(ArgumentError);
  expect(began).toBe(false);
});

test.each(['run.json', 'a b', '..'])(
  'a source adapter named %j, whose folder could not lie in the model’s, is refused',
  async (name) => {
    using model = await train({ ...small, task: taskOf('red'), method: bottleneck({ width: 2 }) });
    const method = scalearn({ sources: [{ ...(await model.adapter()), name }] });
    await expect(train({ ...small, task: taskOf('red'), method })).rejects.toThrow('rename it');
  },
);
