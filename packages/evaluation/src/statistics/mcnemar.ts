import { checkPaired, type Numbers } from '../lists.ts';
import { chiSquaredUpper, fairBinomialLower } from './distributions.ts';

export interface McNemarTest {
  /** Number of rows that only `a` got right. */
  readonly onlyA: number;
  /** Number of rows that only `b` got right. */
  readonly onlyB: number;
  /** Two-sided p-value of the binomial distribution, valid for any number of rows. */
  readonly exactP: number;
  /** Statistic with continuity correction, and its approximate p-value. */
  readonly chiSquared: number;
  /** P-value of `chiSquared`, approximate. */
  readonly chiSquaredP: number;
}

/**
 * Performs McNemar's test: of the rows that only one of two models got right, does each model have equally many?
 *
 * @param correctA whether each row was right: 1 or 0; `correctB` has the same rows
 */
export function mcNemarTest(correctA: Numbers, correctB: Numbers): McNemarTest {
  checkPaired(correctA, correctB);
  let onlyA = 0;
  let onlyB = 0;
  for (let row = 0; row < correctA.length; row++) {
    if (correctA[row] && !correctB[row]) onlyA++;
    if (!correctA[row] && correctB[row]) onlyB++;
  }
  const rows = onlyA + onlyB;
  const chiSquared = rows === 0 ? 0 : (Math.abs(onlyA - onlyB) - 1) ** 2 / rows;
  return {
    onlyA,
    onlyB,
    exactP: Math.min(1, 2 * fairBinomialLower(Math.min(onlyA, onlyB), rows)),
    chiSquared,
    chiSquaredP: chiSquaredUpper(chiSquared),
  };
}
