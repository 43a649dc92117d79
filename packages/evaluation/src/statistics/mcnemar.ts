import { checkPaired, type Numbers } from '../lists.ts';
import { chiSquaredUpper, fairBinomialLower } from './distributions.ts';

export interface McNemarTest {
  /** Rows that only one of both got right. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Two-sided, by the binomial distribution; good for any number of rows. */
  readonly exactP: number;
  /** With continuity correction, and its approximate `p`. */
  readonly chiSquared: number;
  readonly chiSquaredP: number;
}

/**
 * McNemar's test: of the rows that only one of two models got right, is it as often the one as the other?
 *
 * @param correctA whether each row was right: 1 or 0; the rows of `correctB` are the same
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
