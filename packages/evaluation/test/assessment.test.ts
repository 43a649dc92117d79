import { describe, expect, test } from 'vitest';
import { type AssessedTask, assess, roundedScore } from '../src/index.ts';

const words = ['it', 'was', 'the', 'film', 'of', 'last', 'year', 'seen', 'by', 'me', 'twice', 'there'];
const row = (text: string, label: number) => ({ segments: [text], label });
const reviews = words.flatMap((word) => [row(`${word} good`, 1), row(`${word} bad`, 0)]);
const task = {
  problem: 'singleLabelClassification',
  metrics: ['accuracy'],
  primaryMetric: 'accuracy',
  labels: ['negative', 'positive'],
  train: reviews,
} satisfies AssessedTask;

/** An output that predicts the given classes. */
const output = (ids: readonly number[], labels: readonly number[], columns = 2) => ({
  logits: Float64Array.from(ids.flatMap((id) => Array.from({ length: columns }, (_, c) => Number(c === id)))),
  ...{ rows: ids.length, columns, labels },
});
const kinds = ({ findings }: { findings: readonly { kind: string }[] }) => findings.map(({ kind }) => kind);

describe('assess', () => {
  const rows = Array.from({ length: 100 }, (_, i) => row(i % 4 === 0 ? 'bad' : 'good', i % 4 === 0 ? 0 : 1));
  const labels = rows.map(({ label }) => label);

  test('a score with its interval, its baselines and the scores of the classes', () => {
    const predicted = labels.map((label, i) => (i < 8 ? 1 - label : label));
    const found = assess(task, output(predicted, labels), rows);
    expect(found.score).toBe(0.92);
    expect(found.interval![0]).toBeCloseTo(0.8501, 3);
    expect(found.interval![1]).toBeCloseTo(0.9589, 3);
    expect(found.baselines.map(({ kind, score }) => [kind, score])).toEqual([
      ['majority', 0.25],
      ['bagOfWords', 1],
    ]);
    expect(found.confusion).toEqual([
      [23, 2],
      [6, 69],
    ]);
    expect(found.confusions[0]).toEqual({ label: 'positive', predicted: 'negative', rows: 6 });
    expect(found.classes[1]).toMatchObject({ label: 'positive', recall: 0.92, support: 75 });
  });

  test('a model that a bag of words beats, and that has one answer, is told of', () => {
    const found = assess(
      task,
      output(
        labels.map(() => 1),
        labels,
      ),
      rows,
    );
    expect(kinds(found)).toEqual(['noBetterThanBaseline', 'onePrediction']);
    expect(found.findings[0]!.text).toContain('a linear model of the words: accuracy 0.750 against 1.000');
    expect(found.findings[1]!.text).toContain("'positive'");
  });

  test('a model that is right where the baselines are not has no finding', () => {
    // The label is the parity of two words, which no linear model of words can learn.
    const parity = Array.from({ length: 120 }, (_, i) =>
      row(`a${i & 1} b${(i >> 1) & 1}`, (i & 1) ^ ((i >> 1) & 1)),
    );
    const right = parity.map(({ label }) => label);
    const found = assess({ ...task, train: parity }, output(right, right), parity);
    expect(kinds(found)).toEqual([]);
  });

  test('without training rows the scored rows give the majority, and there is no model of the words', () => {
    const found = assess({ ...task, train: [] }, output(labels, labels), rows);
    expect(found.baselines.map(({ kind, score }) => [kind, score])).toEqual([['majority', 0.75]]);
    expect(kinds(found)).toEqual([]);
  });

  test('few rows, and few rows of a class, are told of', () => {
    const train = [...reviews, row('so so', 2), row('fair', 2)];
    const labels = [...task.labels, 'neutral'];
    const few = rows.slice(0, 9);
    const right = few.map(({ label }) => label);
    const found = assess({ ...task, labels, train }, output(right, right, 3), few, { bagOfWords: false });
    expect(kinds(found)).toContain('fewScoredRows');
    expect(found.findings.find(({ kind }) => kind === 'fewClassRows')!.text).toContain('neutral (2)');
  });

  test.each([
    ['nothingLearned', [0.7, 0.695], [0.69, 0.69], 1],
    ['lossRose', [0.5, 0.9], [0.6, 0.9], 1],
    ['stillImproving', [0.6, 0.4], [0.55, 0.42], 2],
  ] as const)('%s', (kind, trainLosses, validationLosses, best) => {
    const records = trainLosses.map((trainLoss, i) => ({ trainLoss, validationLoss: validationLosses[i]! }));
    const right = output(labels, labels);
    expect(kinds(assess(task, right, rows, { history: { records, best }, bagOfWords: false }))).toEqual([
      kind,
    ]);
    const finished = [...records, { trainLoss: 0.1, validationLoss: 0.43 }];
    expect(
      kinds(assess(task, right, rows, { history: { records: finished, best: 2 }, bagOfWords: false })),
    ).toEqual([]);
  });

  test('a score is compared with 0 where equal answers have no correlation', () => {
    const scored = Array.from({ length: 60 }, (_, i) => row(`text ${i}`, i / 60));
    const labels = scored.map(({ label }) => label);
    const regression = {
      problem: 'regression',
      metrics: ['pearson'],
      primaryMetric: 'pearson',
      labels: null,
      train: scored,
    } satisfies AssessedTask;
    const good = { logits: labels.map((label) => label + 0.01), rows: 60, columns: 1, labels };
    expect(kinds(assess(regression, good, scored, { bagOfWords: false }))).toEqual([]);
    const constant = { ...good, logits: labels.map(() => 0.5) };
    const found = assess(regression, constant, scored, { bagOfWords: false });
    expect(found.interval).toBeUndefined();
    expect(kinds(found)).toEqual(['noBetterThanBaseline', 'onePrediction']);
  });

  test('rows of a question are drawn together', () => {
    const train = [row('a', 0), row('b', 1)];
    const grouped = Array.from({ length: 40 }, (_, i) => ({ ...row(`r${i}`, i % 2), group: i >> 2 }));
    const spec = { ...task, metrics: ['exactMatch'], primaryMetric: 'exactMatch', train };
    const labels = grouped.map(({ label }) => label);
    const predicted = labels.map((label, i) => (i === 5 ? 1 - label : label));
    const found = assess(spec, output(predicted, labels), grouped, { bagOfWords: false });
    expect(found.score).toBe(0.9);
    // Tenths only: each of the 10 questions is right or wrong as a whole.
    expect(found.interval![0] * 10).toBeCloseTo(Math.round(found.interval![0] * 10), 6);
    expect(found.interval![0]).toBeGreaterThan(0.5);
  });
});

test('scores have digits that fit the rows', () => {
  expect([20, 500, 20_000].map((rows) => roundedScore(0.87654, rows))).toEqual(['0.88', '0.877', '0.8765']);
  expect(roundedScore(Number.NaN, 10)).toBe('undefined');
});
