// Expected times of trainings, corrected by those that were measured.
import { expect, test } from 'vitest';
import { correctedSeconds } from '../src/expected.ts';
import type { Job } from '../src/job.ts';
import { priorities } from '../src/queue/priority.ts';

const job = (key: string, method: string, seconds?: number): Job => ({
  key,
  arguments: [method],
  parents: [],
  ...(seconds !== undefined && { seconds }),
});
const jobs = [
  ...[job('a1', 'a', 10), job('a2', 'a', 20), job('a3', 'a', 30), job('a4', 'a', 40)],
  ...[job('b1', 'b', 100), job('b2', 'b', 50), job('c1', 'c', 10), job('unknown', 'a')],
];
const groupOf = ({ arguments: [method = ''] }: Job): string => method;

test('a job takes as long as others of its group took for what they compute', () => {
  // Ratios of a: 2, 4 and 3; the median is not misled by one that was slow. Those of b: 0.5.
  const measured = new Map([
    ['a1', 20],
    ['a2', 80],
    ['a3', 90],
    ['b1', 50],
    ['gone', 7],
  ]);
  const found = correctedSeconds(jobs, measured, groupOf);
  expect(found?.get('a4')).toBe(120);
  expect(found?.get('b2')).toBe(25);
  // No c was measured: the median of all, between 2 and 3.
  expect(found?.get('c1')).toBe(25);
  expect(found?.has('unknown')).toBe(false);
});

test('nothing is said before anything was measured', () => {
  expect(correctedSeconds(jobs, new Map(), groupOf)).toBeUndefined();
  expect(correctedSeconds(jobs, new Map([['unknown', 3]]), groupOf)).toBeUndefined();
});

test('what takes longest now comes first', () => {
  const measured = new Map([
    ['a1', 100],
    ['b1', 1],
  ]);
  const found = correctedSeconds(jobs, measured, groupOf);
  const now = priorities(jobs.map((each) => ({ ...each, seconds: found?.get(each.key) })));
  const before = priorities(jobs);
  expect((before.get('b2') ?? 0) > (before.get('a4') ?? 0)).toBe(true);
  expect((now.get('b2') ?? 0) > (now.get('a4') ?? 0)).toBe(false);
});
