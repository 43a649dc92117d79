import { describe, expect, test } from 'vitest';
import { recordedJson } from '../../../../test/golden/recorded.ts';
import { linearSchedule } from '../../src/optim/schedule.ts';

interface Recording {
  readonly multipliers: readonly {
    readonly plannedSteps: number;
    readonly warmupSteps: number;
    readonly steps: readonly number[];
    readonly multipliers: readonly number[];
  }[];
}

test('the first step of a warm-up has learning rate 0, the last planned step leads to 0', () => {
  expect(linearSchedule(0, 10, 2)).toBe(0);
  expect(linearSchedule(2, 10, 2)).toBe(1);
  expect(linearSchedule(10, 10, 2)).toBe(0);
  expect(linearSchedule(11, 10, 2)).toBe(0);
  expect(linearSchedule(0, 10)).toBe(1);
});

describe('the schedule equals the recorded one', () => {
  for (const c of recordedJson<Recording>('optim/schedule.json').multipliers)
    test(`${c.plannedSteps} steps, ${c.warmupSteps} of warm-up`, () => {
      expect(c.steps.map((step) => linearSchedule(step, c.plannedSteps, c.warmupSteps))).toEqual(
        c.multipliers,
      );
    });
});
