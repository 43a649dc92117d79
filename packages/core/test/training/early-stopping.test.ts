import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../../test/golden/recorded.ts';
import {
  earlyStoppingStart,
  patienceExceeded,
  updateEarlyStopping,
} from '../../src/training/early-stopping.ts';

interface Recording {
  readonly values: readonly (number | string)[];
  readonly patience: number;
  readonly greaterIsBetter: boolean;
  readonly stopsAfterEvaluation: number | null;
  readonly bestEvaluation: number;
}

/** Evaluations one after the other, until training would stop. */
function follow(values: readonly number[], patience: number, lowerIsBetter: boolean) {
  let state = earlyStoppingStart;
  for (const value of values) {
    state = updateEarlyStopping(state, value, lowerIsBetter);
    if (patienceExceeded(state, patience))
      return { stopsAfterEvaluation: state.evaluations, bestEvaluation: state.bestEvaluation };
  }
  return { stopsAfterEvaluation: null, bestEvaluation: state.bestEvaluation };
}

test('an equal value is not better', () => {
  expect(follow([0.5, 0.5, 0.4], 1, true)).toEqual({ stopsAfterEvaluation: 2, bestEvaluation: 1 });
});

describe('early stopping equals the recorded one', () => {
  for (const c of recordedJson<Recording[]>('optim/early-stopping.json'))
    test(`${c.values.join(' ')}, patience ${c.patience}${c.greaterIsBetter ? ', greater is better' : ''}`, () => {
      const { stopsAfterEvaluation, bestEvaluation } = c;
      expect(follow(c.values.map(Number), c.patience, !c.greaterIsBetter)).toEqual({
        stopsAfterEvaluation,
        bestEvaluation,
      });
    });
});
