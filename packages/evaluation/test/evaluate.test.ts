import { evaluate } from '@scalearn/evaluation';
import { expect, test } from 'vitest';

// A "model" that answers each number with its own sign.
const model = {
  predict: async (examples: readonly number[]) => ({
    logits: examples.flatMap((x) => [-x, x]),
    rows: examples.length,
    columns: 2,
    labels: examples.map((x) => (Math.abs(x) > 1 ? 1 : 0)),
    loss: 0.5,
  }),
};
const task = {
  problem: 'singleLabelClassification',
  metrics: ['accuracy'],
  primaryMetric: 'accuracy',
} as const;

test('evaluates the test split by default', async () => {
  const result = await evaluate(model, { ...task, test: [2, -0.5, 0.5, -3], validation: [2] });
  expect(result).toEqual({
    metrics: { accuracy: 0.5 },
    primary: { name: 'accuracy', value: 0.5 },
    split: 'test',
    rows: 4,
    loss: 0.5,
  });
});

test('evaluates another split, and says when there is none', async () => {
  const splits = { ...task, test: [2], validation: [2, 3] };
  expect((await evaluate(model, splits, 'validation')).rows).toBe(2);
  await expect(evaluate(model, splits, 'train')).rejects.toThrow("no split 'train'");
});
