import { expect, test } from 'vitest';
import { NonFiniteLogitError, ShapeError, sigmoidProbabilities, softmaxProbabilities } from '../src/index.ts';

test('softmax of each row', () => {
  const logits = Float32Array.of(0, Math.log(3), 5, 5, 1000, -1000);
  const probabilities = softmaxProbabilities({ logits, rows: 3, columns: 2 });
  for (const [i, expected] of [0.25, 0.75, 0.5, 0.5, 1, 0].entries())
    expect(probabilities[i]).toBeCloseTo(expected, 7);
});

test('sigmoid of each logit', () => {
  const probabilities = sigmoidProbabilities({ logits: [0, Math.log(3), -1000, 1000], rows: 2, columns: 2 });
  for (const [i, expected] of [0.5, 0.75, 0, 1].entries()) expect(probabilities[i]).toBeCloseTo(expected, 12);
});

test.each([softmaxProbabilities, sigmoidProbabilities])('logits that cannot be used', (probabilities) => {
  expect(() => probabilities({ logits: [0, Number.NaN], rows: 1, columns: 2 })).toThrow(NonFiniteLogitError);
  expect(() => probabilities({ logits: [0], rows: 1, columns: 2 })).toThrow(ShapeError);
});
