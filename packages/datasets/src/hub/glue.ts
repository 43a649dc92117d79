import type { HubPlace, SplitName, TaskDefinition } from '../task.ts';
import { onHub } from './on-hub.ts';

/**
 * Adds the hub's files to a GLUE task. They hold the texts in columns named like the segments, and class ids or scores.
 */
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
        label: labels === null ? asWritten(row.number('label', 0, 5)) : row.label('label', labels),
      },
    ],
  });
}

/** The hub's test files have no labels. As in the official release, the development file is used as the test set. */
const splits: HubPlace['splits'] = { train: 'train', test: 'validation' };
const mnliSplits: Readonly<Partial<Record<SplitName, string>>> = {
  train: 'train',
  test: 'validation_matched',
  testMismatched: 'validation_mismatched',
};

/**
 * Restores the score of the official file. The hub stores it as a 32-bit float: 3.8 as 3.799999952316284. Scores are
 * means of a few ratings, written with at most 15 digits. The result is the shortest decimal that rounds to the float,
 * or the fraction with a small denominator. Other numbers are unchanged.
 */
function asWritten(stored: number): number {
  const isStored = (score: number): boolean => Math.fround(score) === stored;
  const digits = [1, 2, 3, 4, 5, 6].map((count) => Number(stored.toPrecision(count)));
  const denominators = Array.from({ length: 20 }, (_, i) => i + 1);
  const fractions = denominators.map((ratings) =>
    Number((Math.round(stored * ratings) / ratings).toPrecision(15)),
  );
  return [...digits, ...fractions].find(isStored) ?? stored;
}
