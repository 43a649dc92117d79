import {
  drawnTest,
  holm,
  mean,
  metricOf,
  permutationDraws,
  signFlipDraws,
  signFlipTest,
} from '@scalearn/evaluation';
import type { ReportTask } from './data.ts';
import { decodeList } from './lists.ts';
import { type MethodRow, type SeedScore, seedScores } from './method-rows.ts';

/** Significance level: a corrected p below it counts as significant. */
export const alpha = 0.05;
/** Number of random exchanges in a test over rows. */
export const resamples = 2000;

/** Test of one method against another on the mean of some tasks. */
export interface PairTest {
  /** Mean of the first minus mean of the second, over the seeds that both have; a fraction. */
  readonly difference: number;
  /** Two-sided p-value; NaN if there is nothing to test. */
  readonly p: number;
  /** Units of the test. */
  readonly over: 'rows' | 'seeds';
  /** The smallest `p` that the test can give. */
  readonly smallestP: number;
  /** Number of seeds that both have. */
  readonly seeds: number;
}

/** Tests of the best method of a column against every other one. */
export interface ColumnTest {
  readonly best: MethodRow;
  readonly others: readonly (PairTest & {
    readonly row: MethodRow;
    /** p after Holm's correction over the column. */
    readonly corrected: number;
  })[];
  /** Whether the best is significantly better than each of the others, after the correction. */
  readonly isSignificant: boolean;
}

/**
 * Tests a column of a table: one task, or the mean of several.
 *
 * @param rows those that have scores of every task
 * @returns undefined if there is nothing to compare
 */
export function testColumn(tasks: readonly ReportTask[], rows: readonly MethodRow[]): ColumnTest | undefined {
  const ranked = rows
    .map((row) => ({ row, mean: mean(tasks.map((task) => mean(seedScores(row, task).map(scoreOf)))) }))
    .filter((each) => Number.isFinite(each.mean))
    .sort((a, b) => b.mean - a.mean);
  const [best, ...others] = ranked.map(({ row }) => row);
  if (!best || others.length === 0) return undefined;
  const tests = others.map((row) => ({ row, ...testPair(tasks, best, row) }));
  const corrected = holm(tests.map(({ p }) => p));
  return {
    best,
    others: tests.map((test, i) => ({ ...test, corrected: corrected[i] as number })),
    isSignificant: tests.every(({ difference }, i) => difference > 0 && (corrected[i] as number) <= alpha),
  };
}

/** Tests over the rows of the test splits if both kept their predictions, otherwise over seeds. */
function testPair(tasks: readonly ReportTask[], a: MethodRow, b: MethodRow): PairTest {
  const pairs = tasks.map((task) => ({ task, pairs: sharedSeeds(seedScores(a, task), seedScores(b, task)) }));
  const seeds = Math.min(...pairs.map((each) => each.pairs.length));
  if (seeds === 0)
    return { difference: Number.NaN, p: Number.NaN, over: 'seeds', smallestP: Number.NaN, seeds };
  const tests = pairs.map(({ task, pairs: both }, i) => drawsOf(task, both, i));
  if (tests.every((draws) => draws !== undefined)) {
    const difference = mean(pairs.map((each) => mean(each.pairs.map(differenceOf))));
    const draws = Float64Array.from({ length: resamples }, (_, i) =>
      mean(tests.map((each) => each[i] as number)),
    );
    const { p, smallestP } = drawnTest(difference, draws);
    return { difference, p, over: 'rows', smallestP, seeds };
  }
  // The mean over tasks, for each seed.
  const bySeed = [...pairs[0]!.pairs.keys()].flatMap((i) => {
    const seed = pairs[0]!.pairs[i]![0].seed;
    const found = pairs.map((each) => each.pairs.find(([first]) => first.seed === seed));
    return found.every((pair) => pair !== undefined) ? [mean(found.map(differenceOf))] : [];
  });
  if (bySeed.length === 0)
    return { difference: Number.NaN, p: Number.NaN, over: 'seeds', smallestP: Number.NaN, seeds: 0 };
  const { meanDifference, p, smallestP } = signFlipTest(
    bySeed,
    bySeed.map(() => 0),
    { resamples },
  );
  return { difference: meanDifference, p, over: 'seeds', smallestP, seeds: bySeed.length };
}

type Pair = readonly [SeedScore, SeedScore];

const scoreOf = ({ value }: SeedScore): number => value;
const differenceOf = ([a, b]: Pair): number => a.value - b.value;

function sharedSeeds(a: readonly SeedScore[], b: readonly SeedScore[]): Pair[] {
  return a.flatMap((first) => {
    const second = b.find(({ seed }) => seed === first.seed);
    return second ? [[first, second] as const] : [];
  });
}

/** Computes differences of a task's metric under random exchanges; returns undefined if predictions were not kept. */
function drawsOf(task: ReportTask, pairs: readonly Pair[], seed: number): Float64Array | undefined {
  const { problem, metric, labels: encoded, columns = 1 } = task;
  if (encoded === undefined) return undefined;
  const labels = decodeList(problem, encoded);
  const lists = pairs.map((pair) =>
    pair.map(({ predictions }) => (predictions === undefined ? undefined : decodeList(problem, predictions))),
  );
  const a = lists.flatMap(([list]) => list ?? []);
  const b = lists.flatMap(([, list]) => list ?? []);
  if (a.length < pairs.length || b.length < pairs.length) return undefined;
  const isMultiLabel = problem === 'multiLabelClassification';
  if (metric === 'accuracy' && !isMultiLabel) {
    const hits = (predicted: readonly Float64Array[], row: number): number =>
      mean(predicted.map((list) => (list[row] === labels[row] ? 1 : 0)));
    const differences = Array.from(labels, (_, row) => hits(a, row) - hits(b, row));
    return signFlipDraws(differences, { resamples, seed });
  }
  const score = metricOf({ problem }, metric);
  return permutationDraws(
    {
      ...{ labels, a, b, columns: isMultiLabel ? columns : 1 },
      metric: (wanted, predicted) => score(wanted, predicted, columns),
    },
    { resamples, seed },
  );
}
