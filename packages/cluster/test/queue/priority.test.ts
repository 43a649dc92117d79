import { expect, test } from 'vitest';
import { priorities } from '../../src/queue/priority.ts';

const job = (key: string, parents: string[] = [], seconds?: number) => ({
  ...{ key, arguments: [], parents },
  ...(seconds === undefined ? {} : { seconds }),
});

test('the longest chain comes first, then the longest time', () => {
  const order = priorities([
    job('alone-short', [], 1),
    job('alone-long', [], 5000),
    job('head', [], 1),
    job('middle', ['head'], 1),
    job('tail', ['middle'], 100),
    job('second-head', [], 7),
    job('second-tail', ['second-head']),
    job('endless', [], 1e12),
  ]);
  const sorted = [...order].sort(([, a], [, b]) => b - a).map(([key]) => key);
  expect(sorted.slice(0, 3)).toEqual(['head', 'second-head', 'middle']);
  expect(sorted.slice(3)).toEqual(['endless', 'alone-long', 'tail', 'alone-short', 'second-tail']);
});

test('priorities are integers that the database takes, for chains of any length', () => {
  const chain = Array.from({ length: 3000 }, (_, i) => job(`k${i}`, i > 0 ? [`k${i - 1}`] : [], 1e9));
  const values = [...priorities(chain).values()];
  expect(Math.max(...values)).toBeLessThan(2 ** 31);
  expect(values.every(Number.isInteger)).toBe(true);
});
