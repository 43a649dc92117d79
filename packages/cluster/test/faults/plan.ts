import type { Job } from '../../src/job.ts';
import type { Draw } from './random.ts';

/** Draws a plan: sources, models on several of them, and a few that need those. */
export function drawPlan(draw: Draw, width: number): Job[] {
  const levels = [width, width, Math.ceil(width / 2)];
  const jobs: Job[] = [];
  let above: string[] = [];
  for (const [level, count] of levels.entries()) {
    const keys = Array.from({ length: count }, (_, i) => `level${level}-${i}`);
    for (const key of keys) {
      const parents = above.filter(() => draw.next() < 0.4);
      const needs = level > 0 && parents.length === 0 ? [draw.pick(above)] : parents;
      jobs.push({
        key,
        arguments: [String(draw.integer(2, 12))],
        parents: needs,
        seconds: draw.integer(1, 60),
      });
    }
    above = keys;
  }
  return jobs;
}

/** The shape of the paper's grid: sources, and methods × tasks × seeds that need nearly all of them. */
export function gridPlan(): Job[] {
  const tasks = 21;
  const seeds = 10;
  const sources = Array.from({ length: tasks }, (_, task) => ({
    ...{ key: `source-${task}`, arguments: ['1'], parents: [], seconds: 3600 },
  }));
  const keys = sources.map(({ key }) => key);
  const targets = Array.from({ length: 14 }, (_, method) =>
    Array.from({ length: tasks }, (_, task) =>
      Array.from({ length: seeds }, (_, seed) => ({
        key: `m${method}-t${task}-s${seed}`,
        arguments: ['1'],
        // One of the methods trains alone.
        parents: method === 0 ? [] : keys,
        seconds: 600 + method,
      })),
    ),
  );
  return [...sources, ...targets.flat(2)];
}
