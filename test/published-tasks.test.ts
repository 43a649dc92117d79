import { taskIds } from '@scalearn/datasets';
import { expect, test } from 'vitest';
import { publishedTasks } from '../packages/report/src/experiment/published.ts';

test('published scores are of tasks that can be loaded', () => {
  expect(publishedTasks().length).toBe(20);
  expect(publishedTasks().filter((id) => !taskIds.includes(id))).toEqual([]);
});
