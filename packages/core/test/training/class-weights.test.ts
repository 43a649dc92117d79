import { describe, expect, test } from 'vitest';
import { crossEntropy, input } from '../../src/graph.ts';
import {
  bottleneck,
  type ClassWeights,
  type Predictions,
  ReferenceDevice,
  type TrainEvent,
  type TrainOptions,
  train,
} from '../../src/index.ts';
import { classWeightsOf } from '../../src/training/class-weights.ts';
import { MemoryStore, outcome, tinyEncoder, tinyTask } from './tiny.ts';

const device = new ReferenceDevice();
const encoder = await tinyEncoder(device);
// Of 40 rows with noise; labels no and yes.
const task = tinyTask({ noise: true });
const run: TrainOptions = {
  encoder,
  task,
  method: bottleneck({ width: 4 }),
  batchSize: 8,
  epochs: 2,
  learningRate: 3e-2,
  seed: 1,
};
const weights: ClassWeights = { yes: 3, no: 1 };

test('the loss is the weighted mean: numbers by hand', async () => {
  const loss = crossEntropy(
    input('logits', ['sequences', 2]),
    input('labels', ['sequences'], 'i32'),
    input('weights', ['sequences', 1]),
  );
  const program = await device.compile({ outputs: { loss } });
  // Probabilities 1/4 and 3/4 in every row.
  const logits = Float64Array.of(0, Math.log(3), 0, Math.log(3), 0, Math.log(3));
  const feeds = { logits, labels: Int32Array.of(0, 1, 1), weights: Float64Array.of(1, 3, 3) };
  const result = await program.run(feeds);
  expect(result.loss?.[0]).toBeCloseTo((Math.log(4) + 6 * Math.log(4 / 3)) / 7, 6);
  program.dispose();
});

describe('weights of classes', () => {
  const rows = (...labels: number[]) => labels.map((label) => ({ segments: ['a'] as const, label }));
  const abc = { ...task, labels: ['a', 'b', 'c'], train: rows(0, 0, 0, 1, 1, 2) };

  test('balanced are n / (k · count)', () => {
    expect(classWeightsOf('balanced', abc)).toEqual([6 / 9, 1, 2]);
  });

  test('that are given stand in the order of the labels; none are no weights', () => {
    expect(classWeightsOf({ c: 3, a: 1, b: 0.5 }, abc)).toEqual([1, 0.5, 3]);
    expect([classWeightsOf('none', abc), classWeightsOf(undefined, abc)]).toEqual([undefined, undefined]);
  });

  test.each<[ClassWeights, object, string]>([
    [
      { a: 1, b: 1 },
      {},
      'classWeights has no weight for the label "c" of tiny/red; give one for each of a, b, c',
    ],
    [{ a: 1, b: 1, c: 1, d: 1 }, {}, 'the label "d", which tiny/red does not have; it has a, b, c'],
    [{ a: 1, b: 0, c: 1 }, {}, 'classWeights must have a number above 0 for "b", not 0'],
    [{ a: 1, b: Number.NaN, c: 1 }, {}, 'must have a number above 0 for "b", not NaN'],
    ['balanced', { train: rows(0, 1, 1) }, 'no training row of tiny/red has the label "c", so'],
    [
      'balanced',
      { problem: 'regression', labels: null },
      'each row has one of several labels, which tiny/red is not',
    ],
    ['balanced', { problem: 'multiLabelClassification' }, 'tiny/red is not'],
    [{ a: 1, b: 1, c: 1 }, { problem: 'multipleChoice' }, 'tiny/red is not'],
  ])('%j for %j are refused', (given, change, message) => {
    expect(() => classWeightsOf(given, { ...abc, ...change })).toThrow(message);
  });
});

/** The weighted mean of the losses of rows. */
function lossBy({ logits, labels, columns }: Predictions, weightsOf: readonly number[]): number {
  let [sum, all] = [0, 0];
  for (const [row, label] of labels.entries()) {
    const own = logits.subarray(row * columns, (row + 1) * columns);
    const total = own.reduce((so, x) => so + Math.exp(x), 0);
    sum += (weightsOf[label] as number) * (Math.log(total) - (own[label] as number));
    all += weightsOf[label] as number;
  }
  return sum / all;
}

describe('training', () => {
  test('has weighted losses of training and validation; metrics and predictions are as ever', async () => {
    const seen: number[] = [];
    const metrics = (predictions: Predictions): Record<string, number> => {
      seen.push(lossBy(predictions, [1, 3]));
      return { rows: predictions.rows };
    };
    // Batches of several sizes: the mean is that of the rows, not of the batches.
    using model = await train({ ...run, evalBatchSize: 5, classWeights: weights, metrics });
    const { history } = model;
    expect(history.map(({ validationLoss }) => validationLoss)).toEqual(
      seen.map((loss) => expect.closeTo(loss, 6) as number),
    );
    const predictions = await model.predict(task.validation);
    expect(predictions.loss).toBeCloseTo(lossBy(predictions, [1, 1]), 6);
    expect(predictions.loss).not.toBeCloseTo(lossBy(predictions, [1, 3]), 4);
    using plain = await train(run);
    expect(history[0]?.trainLoss).not.toBeCloseTo(plain.history[0]?.trainLoss as number, 3);
  });

  test('with equal weights is training without', async () => {
    using plain = await train(run);
    using equal = await train({ ...run, classWeights: { no: 2, yes: 2 } });
    using none = await train({ ...run, classWeights: 'none' });
    expect(await outcome(none)).toEqual(await outcome(plain));
    for (const [i, record] of equal.history.entries())
      expect(record.trainLoss).toBeCloseTo(plain.history[i]?.trainLoss as number, 6);
  });

  test('that is killed and resumed ends with the same bytes, and other weights are refused', async () => {
    const store = new MemoryStore();
    using whole = await train({
      ...run,
      classWeights: 'balanced',
      checkpoints: store,
      checkpointEvery: 1e-9,
    });
    const again = { ...run, checkpoints: new MemoryStore(store.saved[1] as Uint8Array), resume: true };
    using resumed = await train({ ...again, classWeights: 'balanced' });
    expect(await outcome(resumed)).toEqual(await outcome(whole));
    await expect(train({ ...again, classWeights: weights })).rejects.toThrow(
      'classWeights was "balanced", is ',
    );
    await expect(train(again)).rejects.toThrow('classWeights was "balanced", is undefined');
  });

  test('is refused before anything is compiled', async () => {
    const events: TrainEvent[] = [];
    const onEvent = (event: TrainEvent): void => void events.push(event);
    const attempt = train({ ...run, classWeights: { no: 1 }, onEvent });
    await expect(attempt).rejects.toThrow('classWeights has no weight for the label "yes"');
    expect(events).toEqual([]);
  });
});
