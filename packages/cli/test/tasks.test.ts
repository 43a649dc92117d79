import { taskIds } from '@scalearn/datasets';
import { expect, test } from 'vitest';
import { events, run } from './support/run.ts';

test('scalearn tasks lists every task, with its rows and where they are', async () => {
  const { code, out } = await run('tasks');
  expect(code).toBe(0);
  for (const id of taskIds) expect(out).toContain(`\n${id} `);
  expect(out).toMatch(/superglue\/record +ReCoRD +the best candidate +100,730 +10,000 +10,000 +f1\n/);
  expect(out).toMatch(/superglue\/copa +COPA +one of 2 texts +400 +10 % +100 +accuracy\n/);
  expect(out).toContain('GLUE: nyu-mll/glue on the hub, or files of https://gluebenchmark.com/tasks; terms:');
  expect(out).toContain('MiniGLUE: written by the tool itself; terms: MIT');
});

test('scalearn tasks --json is one object', async () => {
  const [event, ...others] = events(await run('tasks', '--json')) as { tasks: Record<string, unknown>[] }[];
  expect(others).toEqual([]);
  expect(event!.tasks.map(({ task }) => task)).toEqual(taskIds);
  expect(event!.tasks.find(({ task }) => task === 'superglue/multirc')).toEqual({
    ...{ task: 'superglue/multirc', name: 'MultiRC', benchmark: 'SuperGLUE' },
    ...{ problem: 'singleLabelClassification', labels: ['False', 'True'], maxLength: 324 },
    ...{ metrics: ['f1', 'exactMatch'], primaryMetric: 'f1' },
    rows: { train: 27_243, validation: null, test: 4848 },
    source: { page: 'https://super.gluebenchmark.com/tasks', hub: 'aps/super_glue' },
    terms: 'each task has those of its authors',
  });
  expect(event!.tasks.at(-1)).toMatchObject({
    ...{ benchmark: 'MiniGLUE', source: { page: null, hub: null } },
    rows: { train: 900, validation: 300, test: 1000 },
  });
});
