import { describe, expect, test } from 'vitest';
import {
  type Adapter,
  ArgumentError,
  bottleneck,
  DivergedError,
  ReferenceDevice,
  scalearn,
  type TrainEvent,
  type TrainingExample,
  train,
} from '../../src/index.ts';
import { plainAdapter } from '../methods/random-adapter.ts';
import { MemoryStore, outcome, type TaskRun, tinyEncoder, tinyTask } from './tiny.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
const task = tinyTask();
const quick = {
  encoder,
  task,
  method: bottleneck({ width: 4 }),
  batchSize: 8,
  epochs: 2,
  learningRate: 1e-2,
};

/** Trains, and gives back what was decided; nothing is left on the device. */
async function result(options: Partial<TaskRun> = {}): Promise<unknown> {
  using model = await train({ ...quick, ...options });
  return await outcome(model);
}

describe('both stages', () => {
  test('train end to end, and leave nothing on the device', async () => {
    const before = device.memory().total;
    const sources: Adapter[] = [];
    for (const id of ['tiny/warm', 'tiny/cold']) {
      using model = await train({ ...quick, task: tinyTask({ id, rows: 64 }), epochs: 4 });
      const [first, last] = [model.history[0], model.history.at(-1)];
      expect(last?.trainLoss).toBeLessThan(0.7 * (first?.trainLoss as number));
      expect(last?.validationLoss).toBeLessThan(0.5);
      const adapter = plainAdapter(await model.adapter());
      expect(adapter).toMatchObject({
        name: id.slice(5),
        width: 4,
        encoderFingerprint: encoder.fingerprint,
      });
      if (adapter) sources.push(adapter);
    }
    using model = await train({
      ...quick,
      task: tinyTask({ id: 'tiny/cold', rows: 64 }),
      method: scalearn({ sources }),
      epochs: 4,
    });
    const [first, last] = [model.history[0], model.history.at(-1)];
    expect(last?.trainLoss).toBeLessThan(0.7 * (first?.trainLoss as number));
    expect(model.parameterCount).toEqual({ method: 2 * 2 * 8, head: 8 * 8 + 8 + 2 * 8 + 2 });
    model.dispose();
    expect(device.memory().total).toBe(before);
  });

  test.each(['regression', 'multiLabelClassification', 'multipleChoice'] as const)(
    '%s is learned too',
    async (problem) => {
      using model = await train({ ...quick, task: tinyTask({ problem, rows: 64 }), epochs: 4 });
      const losses = model.history.map((record) => record.trainLoss);
      expect(losses.at(-1), String(losses)).toBeLessThan(0.95 * (losses[0] as number));
      const { logits, rows, columns, labels } = await model.predict(tinyTask({ problem }).validation);
      expect(logits.length).toBe(rows * columns);
      expect(columns).toBe(problem === 'regression' ? 1 : 2);
      expect(labels.length).toBe(problem === 'multiLabelClassification' ? rows * columns : rows);
    },
  );
});

describe('the seed', () => {
  test('decides every bit; another one gives others', async () => {
    const first = await result({ seed: 3 });
    expect(await result({ seed: 3 })).toEqual(first);
    expect(await result({ seed: 4 })).not.toEqual(first);
  });

  test('decides data order, dropout and the first values', async () => {
    const noDropout = await tinyEncoder(device, { dropout: 0 });
    const losses = async (options: Partial<TaskRun>): Promise<number[]> => {
      const list: number[] = [];
      const onEvent = (event: TrainEvent): unknown => event.event === 'step' && list.push(event.loss);
      await result({ epochs: 1, ...options, onEvent });
      return list;
    };
    expect(await losses({ encoder: noDropout })).not.toEqual(await losses({}));
    // One batch of all rows: order decides nothing, dropout is off, so only the first values differ.
    const whole = { encoder: noDropout, batchSize: 40 };
    const [a, b] = [await losses({ ...whole, seed: 0 }), await losses({ ...whole, seed: 1 })];
    expect(a[0]).not.toBe(b[0]);
    noDropout.dispose();
  });
});

test('every step has dropout masks of its own, and evaluation none', async () => {
  // One row eight times, in one batch, and nothing that moves: only the masks differ.
  const same = { ...task, train: Array.from({ length: 8 }, () => task.train[0] as TrainingExample) };
  const still = { task: same, batchSize: 8, epochs: 4, learningRate: 1e-12 };
  const losses = async (options: Partial<TaskRun>): Promise<{ train: number[]; validation: number[] }> => {
    using model = await train({ ...quick, ...still, ...options });
    const { history } = model;
    return {
      train: history.map((record) => record.trainLoss),
      validation: history.map((record) => record.validationLoss),
    };
  };
  const close = (values: readonly number[]): boolean =>
    values.every((x) => Math.abs(x - (values[0] as number)) < 1e-6);
  const dropped = await losses({});
  for (const [i, loss] of dropped.train.entries())
    for (const other of dropped.train.slice(0, i)) expect(Math.abs(loss - other)).toBeGreaterThan(1e-5);
  expect(close(dropped.validation)).toBe(true);
  using noDropout = await tinyEncoder(device, { dropout: 0 });
  expect(close((await losses({ encoder: noDropout })).train)).toBe(true);
});

test('the parameters of every epoch can be had, and are waited for', async () => {
  const seen: Float32Array[] = [];
  let waited = 0;
  const options: TaskRun = {
    ...quick,
    epochs: 3,
    onEpoch: async (parameters, epoch) => {
      expect(epoch).toBe(seen.length + 1);
      seen.push(parameters.get('bert.encoder.layer.0.output.adapters.red.adapter_up.bias')!.data);
      await new Promise((done) => setTimeout(done, 5));
      waited++;
    },
    onEvent: ({ event }) => event === 'epoch' && expect(waited).toBe(seen.length),
  };
  using model = await train(options);
  expect(waited).toBe(3);
  expect(seen[0]).not.toEqual(seen[1]);
  const { layers } = plainAdapter(await model.adapter());
  expect(layers[0]!.upBias).toEqual(seen[model.bestEpoch - 1]);
});

describe('events', () => {
  test('come in order, with the figures that belong to them', async () => {
    const events: TrainEvent[] = [];
    await result({ onEvent: (event) => events.push(event), seed: 5 });
    expect(events.filter((event) => event.event !== 'progress').map((event) => event.event)).toEqual([
      'start',
      ...Array(5).fill('step'),
      'epoch',
      ...Array(5).fill('step'),
      'epoch',
    ]);
    const start = events.find((event) => event.event === 'start');
    expect(start).toMatchObject({
      task: 'tiny/red',
      method: 'bottleneck',
      seed: 5,
      steps: 10,
      step: 0,
      epochs: 2,
      trainRows: 40,
      validationRows: 16,
      device: 'reference',
    });
    expect(start?.parameters).toEqual({ method: 2 * (8 * 4 + 4 + 4 * 8 + 8), head: 8 * 8 + 8 + 2 * 8 + 2 });
    expect(start?.memory.bytes.encoder).toBeGreaterThan(0);
    expect(start?.operations).toBeGreaterThan(100);
    const steps = events.filter((event) => event.event === 'step');
    for (const [i, step] of steps.entries()) {
      expect(step).toMatchObject({ step: i + 1, steps: 10, epoch: i < 5 ? 1 : 2 });
      expect(step.learningRate).toBeCloseTo(1e-2 * (1 - i / 10), 12);
      expect(step.loss).toBeGreaterThan(0);
      expect(step.gradientNorm).toBeGreaterThan(0);
      expect(step.tokens).toBeGreaterThanOrEqual(8 * 3);
    }
    // Without padding: exactly the tokens of every text, once an epoch.
    const all = task.train.reduce((n, { segments }) => n + encoder.encode(segments, task).inputIds.length, 0);
    expect(steps.slice(0, 5).reduce((n, step) => n + step.tokens, 0)).toBe(all);
    const epochs = events.filter((event) => event.event === 'epoch');
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 5],
      [2, 10],
    ]);
    const mean = steps.slice(0, 5).reduce((sum, step) => sum + step.loss, 0) / 5;
    expect(epochs[0]?.trainLoss).toBeCloseTo(mean, 6);
  });

  test('a listener that throws ends the run with its error', async () => {
    const before = device.memory().total;
    const onEvent = (event: TrainEvent): void => {
      if (event.event === 'step' && event.step === 2) throw new RangeError('enough');
    };
    await expect(result({ onEvent })).rejects.toThrow('enough');
    expect(device.memory().total).toBe(before);
  });

  test('what is live after step 3 is what is live after step 50', async () => {
    const live: number[] = [];
    const onEvent = (event: TrainEvent): unknown =>
      event.event === 'step' && live.push(device.memory().total);
    await result({ epochs: 10, onEvent, checkpoints: new MemoryStore() });
    expect(live.length).toBe(50);
    expect(live[49]).toBe(live[2]);
  });
});

test('a trained model predicts for texts that have no labels', async () => {
  using model = await train({ ...quick, maxSteps: 2 });
  const { logits } = await model.predict(task.validation);
  const predictions = await model.predictTexts(task.validation.map((example) => example.segments));
  expect(predictions).toEqual({ logits, rows: task.validation.length, columns: 2 });
});

describe('when it ends', () => {
  test('maxSteps ends it within an epoch, evaluates, and is what the schedule leads to', async () => {
    const rates: number[] = [];
    const onEvent = (event: TrainEvent): unknown => event.event === 'step' && rates.push(event.learningRate);
    using model = await train({ ...quick, maxSteps: 7, onEvent });
    expect(model.steps).toBe(7);
    expect(model.history.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 5],
      [2, 7],
    ]);
    expect(rates.at(-1)).toBeCloseTo(1e-2 / 7, 12);
  });

  test.each(['bottleneck', 'scalearn++'] as const)(
    '%s stops early and ends with the parameters of the best evaluation',
    async (name) => {
      const sources = [await source('a'), await source('b')];
      const method = name === 'bottleneck' ? quick.method : scalearn({ sources, variant: name });
      const noise = tinyTask({ noise: true, rows: 16 });
      const store = new MemoryStore();
      using model = await train({
        ...quick,
        task: noise,
        method,
        epochs: 40,
        learningRate: 3e-2,
        patience: 3,
        checkpoints: store,
      });
      const { history, bestEpoch } = model;
      expect(history.length).toBeLessThan(40);
      expect(bestEpoch).toBe(history.length - 3);
      const losses = history.map((record) => record.validationLoss);
      expect(Math.min(...losses)).toBe(losses[bestEpoch - 1]);
      // The very parameters, shared ω included: the same loss to the last bit, which the last epoch's do not give.
      const { loss } = await model.predict(noise.validation);
      expect(loss).toBe(losses[bestEpoch - 1]);
      expect(loss).not.toBe(losses.at(-1));
      expect(store.saved.length).toBe(history.length);
    },
  );

  test('a metric decides instead of the loss where one is selected', async () => {
    let evaluation = 0;
    const scores = [0.1, 0.9, 0.2, 0.3];
    using model = await train({
      ...quick,
      epochs: 4,
      metrics: () => ({ score: scores[evaluation++] as number }),
      select: { metric: 'score', better: 'higher' },
    });
    expect(model.bestEpoch).toBe(2);
    expect(model.history.map((record) => record.validationMetrics.score)).toEqual(scores);
    const { loss } = await model.predict(task.validation);
    expect(loss).toBe(model.history[1]?.validationLoss);
    await expect(result({ select: { metric: 'f1', better: 'higher' } })).rejects.toThrow("no metric 'f1'");
  });
});

/** A trained adapter to take from. */
async function source(name: string): Promise<Adapter> {
  using model = await train({ ...quick, task: tinyTask({ id: `tiny/${name}` }), epochs: 1 });
  return plainAdapter(await model.adapter());
}

describe('what cannot train is refused', () => {
  const before = device.memory().total;
  const refused = async (options: Partial<TaskRun>, message: string | RegExp): Promise<void> => {
    const error = await result(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(message);
    expect(device.memory().total).toBe(before);
  };

  test('splits without rows', async () => {
    await refused({ task: { ...task, train: [] } }, 'tiny/red has no training rows');
    await refused({ task: { ...task, validation: [] } }, 'tiny/red has no validation rows');
  });

  test.each([2, -1, 0.5, Number.NaN])('the label %s of two classes', async (label) => {
    const wrong = { segments: ['red'], label } as const;
    await refused(
      { task: { ...task, train: [...task.train, wrong] } },
      /row 40 of tiny\/red has the label .* not one of no, yes/,
    );
    await refused({ task: { ...task, validation: [wrong] } }, 'row 0');
  });

  test('labels of the wrong kind', async () => {
    const regression = tinyTask({ problem: 'regression' });
    const infinite = { segments: ['red'], label: Number.POSITIVE_INFINITY } as const;
    await refused({ task: { ...regression, train: [infinite] } }, 'finite');
    const labels = tinyTask({ problem: 'multiLabelClassification' });
    await refused({ task: { ...labels, train: [{ segments: ['red'], label: [1] }] } }, 'label');
    await refused({ task: { ...labels, train: [{ segments: ['red'], label: [1, 2] }] } }, 'label');
  });

  test.each<Partial<TaskRun>>([
    { batchSize: 0 },
    { epochs: 1.5 },
    { maxSteps: 0 },
    { learningRate: -1 },
    { learningRate: Number.NaN },
    { weightDecay: -0.1 },
    { seed: -1 },
    { patience: 0 },
    { maxGradNorm: 0 },
    { warmupSteps: -1 },
  ])('%o', async (options) => {
    const [name] = Object.keys(options);
    await refused(options, `${name} must be`);
  });

  test('a learning rate that throws the parameters away', async () => {
    const error = await result({ learningRate: 1e30 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/the loss is .* at step \d+ .*smaller learning rate/);
    expect(device.memory().total).toBe(before);
  });
});
