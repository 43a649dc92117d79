import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  bottleneck,
  type Method,
  ReferenceDevice,
  readSnapshot,
  type TrainEvent,
  TrainedModel,
  type TrainOptions,
  type TrainSettings,
  train,
} from '../../src/index.ts';
import type { MethodReader } from '../../src/methods.ts';
import { coreReaders } from '../../src/model/snapshot.ts';
import { memoryFolder } from './memory-folder.ts';
import { MemoryStore, outcome, tinyEncoder, tinyTask } from './tiny.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
/** One adapter for all tasks, a head for each. */
const joint: Method = { ...bottleneck({ width: 4 }), name: 'shared adapter', kind: 'joint' };
const reader: MethodReader = async (folder, target) => {
  for (const read of coreReaders) {
    const stored = await read(folder, target);
    if (stored) return { ...stored, method: joint };
  }
  return undefined;
};
const tasks = [
  tinyTask({ id: 'tiny/red', rows: 40 }),
  tinyTask({ id: 'tiny/score', problem: 'regression', rows: 24, seed: 1 }),
  tinyTask({ id: 'tiny/both', problem: 'multiLabelClassification', rows: 16, seed: 2 }),
];
const run: TrainOptions = {
  encoder,
  tasks,
  method: joint,
  batchSize: 8,
  epochs: 4,
  learningRate: 2e-2,
  weightDecay: 0.01,
};

async function result(options: Partial<TrainSettings> = {}): Promise<unknown> {
  using model = await train({ ...run, ...options });
  return await outcome(model);
}

describe('joint training', () => {
  test('learns every task, one a step, with one adapter', async () => {
    const steps: Extract<TrainEvent, { event: 'step' }>[] = [];
    const onEvent = (event: TrainEvent): void => {
      if (event.event === 'step') steps.push(event);
    };
    using model = await train({ ...run, epochs: 8, onEvent });
    expect(model.tasks.map(({ id }) => id)).toEqual(['tiny/red', 'tiny/score', 'tiny/both']);
    expect(new Set(steps.map(({ task }) => task))).toEqual(new Set(model.tasks.map(({ id }) => id)));
    expect(steps.length).toBe(8 * 10);
    expect(model.parameterCount).toEqual({
      method: 2 * (2 * 8 * 4 + 4 + 8),
      head: 3 * 72 + (16 + 2) + (8 + 1) + (16 + 2),
    });
    const [first, last] = [model.history[0], model.history.at(-1)];
    for (const [i, record] of (last?.tasks ?? []).entries()) {
      expect(record.validationLoss).toBeLessThan(0.9 * (first?.tasks?.[i]?.validationLoss as number));
      const { loss } = await model.for(record.task).predict(tasks[i]?.validation ?? []);
      if (model.bestEpoch === last?.epoch) expect(loss).toBeCloseTo(record.validationLoss, 10);
    }
    const mean = (last?.tasks ?? []).reduce((sum, record) => sum + record.validationLoss / 3, 0);
    expect(last?.validationLoss).toBeCloseTo(mean, 12);
  });

  test('a task without validation rows is learned, and left out of evaluations', async () => {
    const silent = tasks.map((task, i) => (i === 1 ? { ...task, validation: [] } : task));
    const learned = new Set<string | undefined>();
    const onEvent = (event: TrainEvent): void => {
      if (event.event === 'step') learned.add(event.task);
    };
    using model = await train({ ...run, tasks: silent, onEvent });
    expect(learned).toContain('tiny/score');
    const [record] = model.history;
    expect(record?.tasks?.map(({ task }) => task)).toEqual(['tiny/red', 'tiny/both']);
    const losses = record!.tasks!.map(({ validationLoss }) => validationLoss);
    expect(record?.validationLoss).toBeCloseTo((losses[0]! + losses[1]!) / 2, 12);
    expect((await model.for('score').predict(tasks[1]!.validation)).rows).toBe(16);
    const none = tasks.map((task) => ({ ...task, validation: [] }));
    await expect(train({ ...run, tasks: none })).rejects.toThrow('tiny/red, tiny/score, tiny/both have no');
  });

  test('a task whose steps have not come leaves its head as it was', async () => {
    const [large, small] = [
      tinyTask({ id: 'tiny/large', rows: 200 }),
      tinyTask({ id: 'tiny/small', rows: 1 }),
    ];
    const options = { ...run, tasks: [large, small], epochs: undefined, weightDecay: 0.5 };
    const drawn = new Set<string | undefined>();
    const onEvent = (event: TrainEvent): void => {
      if (event.event === 'step') drawn.add(event.task);
    };
    using none = await train({ ...options, maxSteps: 1, learningRate: 1e-30 });
    using some = await train({ ...options, maxSteps: 12, learningRate: 0.1, onEvent });
    expect(drawn).toEqual(new Set(['tiny/large']));
    const head = async (model: TrainedModel, task: string): Promise<unknown> =>
      [...((await model.snapshot()).heads.get(task)?.tensors ?? [])].map(([, { data }]) => [...data]);
    expect(await head(some, 'small')).toEqual(await head(none, 'small'));
    expect(await head(some, 'large')).not.toEqual(await head(none, 'large'));
  });

  test('interrupted and resumed at any step, it ends with the same bytes', async () => {
    const whole = await result();
    for (const at of [1, 7, 10, 23, 40]) {
      const store = new MemoryStore();
      const abort = new AbortController();
      const onEvent = (event: TrainEvent): void => {
        if (event.event === 'step' && event.step === at) abort.abort();
      };
      await result({ checkpoints: store, signal: abort.signal, onEvent }).catch(() => undefined);
      expect(store.saved.length).toBeGreaterThan(0);
      expect(await result({ checkpoints: new MemoryStore(...store.saved), resume: true })).toEqual(whole);
    }
  });

  test('killed after a save between evaluations and resumed, it ends with the same bytes', async () => {
    const store = new MemoryStore();
    const whole = await result({ checkpoints: store, checkpointEvery: 1e-9 });
    expect(store.saved.length).toBeGreaterThan(8);
    for (const bytes of store.saved.filter((_, i) => i % 5 === 1))
      expect(await result({ checkpoints: new MemoryStore(bytes), resume: true })).toEqual(whole);
  });

  test('evaluates when it is told to, and selects by the mean of a metric', async () => {
    const metrics = (_: unknown, { id }: { readonly id: string }): Record<string, number> => ({
      length: id.length,
    });
    const select = { metric: 'length', better: 'higher' } as const;
    using model = await train({ ...run, maxSteps: 25, evaluateEvery: 10, metrics, select, temperature: 2 });
    expect(model.history.map(({ step }) => step)).toEqual([10, 20, 25]);
    expect(model.bestEpoch).toBe(1);
    expect(model.history[0]?.tasks?.map(({ validationMetrics }) => validationMetrics.length)).toEqual([
      8, 10, 9,
    ]);
  });

  test('written, read and written again gives the same files and predictions', async () => {
    using model = await train({ ...run, epochs: 1 });
    const files = await model.files();
    expect(Object.keys(files)).toContain('heads/score/head_config.json');
    const target = {
      encoder: encoder.architecture,
      encoderFingerprint: encoder.fingerprint,
      modelName: 'tiny',
    };
    const snapshot = await readSnapshot(memoryFolder(files), target, [reader]);
    using again = await TrainedModel.fromSnapshot(encoder, snapshot, tasks);
    expect(await again.files()).toEqual(files);
    for (const { id, validation } of tasks)
      expect((await again.for(id).predict(validation)).logits).toEqual(
        (await model.for(id).predict(validation)).logits,
      );
    await expect(again.predict(tasks[0]?.validation ?? [])).rejects.toThrow('choose one with for(id)');
    expect(() => again.for('tiny/green')).toThrow(
      "no task 'tiny/green'; it has tiny/red, tiny/score, tiny/both",
    );
  });

  test.each([
    [{ tasks: tasks.slice(0, 1) }, 'at least two'],
    [
      { tasks: [tinyTask(), { ...tinyTask(), id: 'other/red' }] },
      "tiny/red and other/red are both named 'red'",
    ],
    [{ tasks: [tinyTask(), tinyTask()] }, 'the task tiny/red is given twice'],
    [{ method: bottleneck({ width: 4 }) }, 'bottleneck learns one task, not 3'],
    [{ task: tinyTask() }, 'not both'],
    [{ temperature: 0 }, 'temperature must be a number above 0'],
    [
      { tasks: undefined, task: tinyTask(), method: bottleneck(), temperature: 1 },
      'temperature is for joint training',
    ],
  ])('refuses what makes no sense: %#', async (options, message) => {
    const attempt = train({ ...run, ...options } as TrainOptions);
    await expect(attempt).rejects.toBeInstanceOf(ArgumentError);
    await expect(attempt).rejects.toThrow(message);
  });
});
