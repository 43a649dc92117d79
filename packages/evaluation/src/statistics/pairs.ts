import { ShapeError } from '../errors.ts';
import type { Numbers } from '../lists.ts';

/** Returns `a - b` for each pair. @throws ShapeError if the lists are empty or differ in length */
export function differencesOf(a: Numbers, b: Numbers): number[] {
  if (a.length !== b.length) throw new ShapeError(`There are ${a.length} scores to pair with ${b.length}.`);
  if (a.length === 0) throw new ShapeError('There is nothing to compare: no scores.');
  return Array.from(a, (value, i) => value - b[i]!);
}
