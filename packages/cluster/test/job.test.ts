import { expect, test } from 'vitest';
import { checkJobs, descendantsOf, type Job, parentsFirst } from '../src/job.ts';

const job = (key: string, ...parents: string[]): Job => ({ key, arguments: [], parents });

test.each<[string, Job[], string]>([
  ['two jobs of one key', [job('a'), job('a')], 'two jobs have the key a'],
  ['a parent that is absent', [job('a', 'b')], 'needs b, which is not in the plan'],
  ['a circle', [job('a', 'c'), job('b', 'a'), job('c', 'b'), job('d')], 'in a circle'],
  ['a key that leaves its folder', [job('../a')], 'a key is letters'],
  ['a key that hides', [job('.a')], 'a key is letters'],
  ['the name of the plans', [job('plans')], 'cannot be a key'],
])('%s is refused', (_, jobs, message) => {
  expect(() => checkJobs(jobs)).toThrow(message);
});

test('jobs come after their parents, and descendants are found at any depth', () => {
  const jobs = [job('d', 'b', 'c'), job('b', 'a'), job('c', 'a', 'a'), job('a'), job('e')];
  const order = parentsFirst(jobs).map(({ key }) => key);
  for (const { key, parents } of jobs)
    for (const parent of parents) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(key));
  expect(descendantsOf(jobs, ['a']).sort()).toEqual(['b', 'c', 'd']);
  expect(descendantsOf(jobs, ['e'])).toEqual([]);
});
