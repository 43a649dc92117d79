import { evaluate, type ScoredRow, ShapeError } from '@scalearn/evaluation';
import { expect, test } from 'vitest';

interface Row extends ScoredRow {
  readonly x: number;
  readonly label: number;
}

// A "model" that answers each number with its own sign.
const model = {
  predict: async (examples: readonly Row[]) => ({
    logits: examples.flatMap(({ x }) => [-x, x]),
    rows: examples.length,
    columns: 2,
    labels: examples.map(({ label }) => label),
    loss: 0.5,
  }),
};
const rows = (...numbers: readonly number[]): Row[] =>
  numbers.map((x) => ({ x, label: Math.abs(x) > 1 ? 1 : 0 }));
const task = {
  problem: 'singleLabelClassification',
  metrics: ['accuracy'],
  primaryMetric: 'accuracy',
} as const;

test('evaluates the test split by default', async () => {
  const result = await evaluate(model, { ...task, test: rows(2, -0.5, 0.5, -3), validation: rows(2) });
  expect(result).toEqual({
    metrics: { accuracy: 0.5 },
    primary: { name: 'accuracy', value: 0.5 },
    split: 'test',
    rows: 4,
    loss: 0.5,
  });
});

test('evaluates another split, and says when there is none', async () => {
  const splits = { ...task, test: rows(2), validation: rows(2, 3) };
  expect((await evaluate(model, splits, 'validation')).rows).toBe(2);
  await expect(evaluate(model, splits, 'train')).rejects.toThrow("no split 'train'");
});

test('candidates for an answer are scored by question', async () => {
  const candidate = (group: string, text: string, x: number): Row => ({
    ...{ x, group, label: text === 'Oslo' ? 1 : 0 },
    candidate: { text, answers: ['Oslo', 'the capital'] },
  });
  const test = [
    candidate('north', 'Oslo', 1),
    candidate('south', 'Rome', 3),
    candidate('north', 'Bergen', -1),
    candidate('south', 'Oslo', 2),
  ];
  const spec = { ...task, metrics: ['f1', 'exactMatch'], primaryMetric: 'f1', ranksCandidates: true };
  expect((await evaluate(model, { ...spec, test })).metrics).toEqual({ f1: 0.5, exactMatch: 0.5 });
  // Row by row, one of three that are called right is wrong.
  const plain = await evaluate(model, { ...spec, metrics: ['f1'], ranksCandidates: false, test });
  expect(plain.metrics.f1).toBeCloseTo(0.8, 12);
  await expect(evaluate(model, { ...spec, test: rows(2, 1) })).rejects.toThrow(ShapeError);
});

test('answers of a question are scored together where a metric asks for it', async () => {
  const test = rows(2, 3, -2, 0.5).map((row, i) => ({ ...row, group: i % 2 }));
  const spec = { ...task, metrics: ['f1', 'exactMatch', 'f1MacroPerQuestion'], primaryMetric: 'f1' };
  const { metrics } = await evaluate(model, { ...spec, test });
  expect(metrics.exactMatch).toBe(0);
  const right = await evaluate(model, { ...spec, test: test.filter((_, i) => i !== 2) });
  expect(right.metrics.exactMatch).toBe(0.5);
  await expect(evaluate(model, { ...spec, test: rows(2, 3) })).rejects.toThrow(/must have a group/);
});
