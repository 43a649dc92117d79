import { SplitError } from '../errors.ts';
import { trainTestSplit } from '../split.ts';
import type { Example } from '../task.ts';
import type { Divided } from './layout.ts';

/**
 * Makes the missing splits from the training rows. Each takes a tenth of them, rounded up. Splits are stratified if
 * there are classes with enough rows each.
 */
export function divideMissing(
  rows: readonly Example[],
  given: Readonly<Record<'validation' | 'test', readonly Example[] | undefined>>,
  hasClasses: boolean,
  seed: number | bigint | undefined,
): Divided {
  const missing = (['test', 'validation'] as const).filter((split) => given[split] === undefined);
  const size = Math.ceil(rows.length / 10);
  if (rows.length <= missing.length * size)
    throw new SplitError(
      `${rows.length} rows are too few to make the missing splits (${missing.join(', ')}) of them. Use more data.`,
    );
  const stratified = hasClasses && canStratify(rows, missing.length + 1, size);
  let train = rows;
  const divided = { ...given };
  for (const split of missing) {
    const labels = stratified ? train.map(({ label }) => label as number) : undefined;
    const parts = trainTestSplit(train.length, { labels, seed, trainSize: train.length - size });
    const pick = (positions: Int32Array): Example[] => Array.from(positions, (i) => train[i]!);
    divided[split] = pick(parts.validation);
    train = pick(parts.train);
  }
  return { train, validation: divided.validation!, test: divided.test!, stratified };
}

/** Returns whether every class has a row for each part, and each part has room for every class. */
export function canStratify(rows: readonly Example[], parts: number, size: number): boolean {
  const counts = new Map<unknown, number>();
  for (const { label } of rows) counts.set(label, (counts.get(label) ?? 0) + 1);
  return size >= counts.size && Math.min(...counts.values()) >= parts;
}
