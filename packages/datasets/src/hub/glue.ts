import type { HubPlace, SplitName, TaskDefinition } from '../task.ts';
import { onHub } from './on-hub.ts';

/** A GLUE task, which is on the hub with its texts in columns of the segments' names, and class ids or scores. */
export function glueOnHub(task: TaskDefinition): TaskDefinition {
  const { id, columns, labels, files } = task.info;
  const [first, second] = columns as readonly [string, string?];
  const place: HubPlace = {
    repository: 'nyu-mll/glue',
    config: id.slice(id.indexOf('/') + 1),
    splits: files?.testMismatched === undefined ? splits : mnliSplits,
  };
  return onHub(task, place, {
    columns: [...columns, 'label'],
    examples: (row) => [
      {
        segments: second === undefined ? [row.text(first)] : [row.text(first), row.text(second)],
        label: labels === null ? shortest(row.number('label', 0, 5)) : row.label('label', labels),
      },
    ],
  });
}

/** The hub's test files have no labels: as in the official release, the development file tests. */
const splits: HubPlace['splits'] = { train: 'train', test: 'validation' };
const mnliSplits: Readonly<Partial<Record<SplitName, string>>> = {
  train: 'train',
  test: 'validation_matched',
  testMismatched: 'validation_mismatched',
};

/**
 * The number that a file of 32-bit floats was written from: 3.8 is stored as 3.799999952316284. Of all decimals that
 * round to the same float it is the shortest.
 */
function shortest(score: number): number {
  if (Math.fround(score) !== score) return score;
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(score.toPrecision(digits));
    if (Math.fround(decimal) === score) return decimal;
  }
  return score;
}
