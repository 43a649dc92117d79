import { InvalidOptionError, SplitError } from './errors.ts';
import { canStratify } from './own/divide.ts';
import { Pcg64 } from './pcg64.ts';
import { trainTestSplit } from './split.ts';
import type { Example, Task } from './task.ts';

/** The rows of one training of a cross-validation. */
export interface Fold {
  /** Rows to train on. */
  readonly train: readonly Example[];
  /** Rows that select the best evaluation: a tenth of the rows that are not tested, rounded up. */
  readonly validation: readonly Example[];
  /** Rows to score. */
  readonly test: readonly Example[];
  /** Numbers of the rows of `test`, in their order. */
  readonly testRows: readonly number[];
}

/** Options of {@link crossValidationFolds}. */
export interface FoldOptions {
  /** Number of folds, at least 2. Default 5. */
  readonly folds?: number;
  /** Seed of the division. Default 42. */
  readonly seed?: number | bigint;
}

/**
 * Divides rows into folds for cross-validation. Every row is in the test part of exactly one fold. The parts of rows
 * with classes have the proportions of all rows, as far as each class has enough of them.
 *
 * @param task its problem
 * @throws SplitError if there are too few rows
 */
export function crossValidationFolds(
  { problem }: Pick<Task, 'problem'>,
  rows: readonly Example[],
  { folds = 5, seed = 42 }: FoldOptions = {},
): Fold[] {
  if (!Number.isInteger(folds) || folds < 2)
    throw new InvalidOptionError('folds', folds, 'a whole number of at least 2');
  if (rows.length < 2 * folds)
    throw new SplitError(`${rows.length} rows are too few for ${folds} folds; each needs at least 2.`);
  const hasClasses = problem === 'singleLabelClassification';
  const order = Array.from(new Pcg64(seed).permutation(rows.length));
  // Rows of a class lie together and are dealt out in turn. The sort keeps the random order within a class.
  if (hasClasses) order.sort((a, b) => Number(rows[a]!.label) - Number(rows[b]!.label));
  return Array.from({ length: folds }, (_, fold) => {
    const testRows = order.filter((__, at) => at % folds === fold).sort((a, b) => a - b);
    const tested = new Set(testRows);
    const others = rows.filter((__, row) => !tested.has(row));
    const size = Math.ceil(others.length / 10);
    const labels =
      hasClasses && canStratify(others, 2, size) ? others.map(({ label }) => Number(label)) : undefined;
    const parts = trainTestSplit(others.length, { labels, seed, trainSize: others.length - size });
    const pick = (positions: Int32Array): Example[] => Array.from(positions, (at) => others[at]!);
    return {
      train: pick(parts.train),
      validation: pick(parts.validation),
      test: testRows.map((row) => rows[row]!),
      testRows,
    };
  });
}
