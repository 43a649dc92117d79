import {
  type ComparedPredictions,
  drawnTest,
  holm,
  mean,
  metricOf,
  pairedBootstrap,
  permutationDraws,
  quantile,
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
export function testPair(tasks: readonly ReportTask[], a: MethodRow, b: MethodRow): PairTest {
  const pairs = pairsOf(tasks, a, b);
  const seeds = Math.min(...pairs.map((each) => each.pairs.length));
  if (seeds === 0)
    return { difference: Number.NaN, p: Number.NaN, over: 'seeds', smallestP: Number.NaN, seeds };
  const tests = pairs.map(({ task, pairs: both }, i) => {
    const compared = comparedRows(task, both);
    if (!compared) return undefined;
    return 'hits' in compared
      ? signFlipDraws(compared.hits, { resamples, seed: i })
      : permutationDraws(compared, { resamples, seed: i });
  });
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

/**
 * Returns the 95 % interval of the difference over test rows, by the paired bootstrap; undefined if predictions were
 * not kept.
 */
export function pairInterval(
  tasks: readonly ReportTask[],
  a: MethodRow,
  b: MethodRow,
): readonly [low: number, high: number] | undefined {
  const draws = pairsOf(tasks, a, b).map(({ task, pairs }, i) => {
    const compared = pairs.length === 0 ? undefined : comparedRows(task, pairs);
    return compared && pairedBootstrap(asPredictions(compared), { resamples, seed: i }).differences;
  });
  if (!draws.every((each) => each !== undefined)) return undefined;
  const means = Array.from({ length: resamples }, (_, i) => mean(draws.map((each) => each[i] as number)));
  const defined = means.filter((value) => !Number.isNaN(value));
  return defined.length === 0 ? undefined : [quantile(defined, 0.025), quantile(defined, 0.975)];
}

type Pair = readonly [SeedScore, SeedScore];

function pairsOf(
  tasks: readonly ReportTask[],
  a: MethodRow,
  b: MethodRow,
): { readonly task: ReportTask; readonly pairs: readonly Pair[] }[] {
  return tasks.map((task) => ({ task, pairs: sharedSeeds(seedScores(a, task), seedScores(b, task)) }));
}

const scoreOf = ({ value }: SeedScore): number => value;
const differenceOf = ([a, b]: Pair): number => a.value - b.value;

function sharedSeeds(a: readonly SeedScore[], b: readonly SeedScore[]): Pair[] {
  return a.flatMap((first) => {
    const second = b.find(({ seed }) => seed === first.seed);
    return second ? [[first, second] as const] : [];
  });
}

/** Differences of the hits of every row, which give the same tests as the predictions, and much faster. */
interface ComparedHits {
  readonly hits: readonly number[];
}

/** The mean of the differences, as a metric. */
function asPredictions(compared: ComparedPredictions | ComparedHits): ComparedPredictions {
  if (!('hits' in compared)) return compared;
  const none = new Float64Array(compared.hits.length);
  return { labels: none, a: [compared.hits], b: [none], metric: (_, values) => mean(Array.from(values)) };
}

/** Returns what two methods predicted for the rows of a task; undefined if predictions were not kept. */
function comparedRows(
  task: ReportTask,
  pairs: readonly Pair[],
): ComparedPredictions | ComparedHits | undefined {
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
    return { hits: Array.from(labels, (_, row) => hits(a, row) - hits(b, row)) };
  }
  const score = metricOf({ problem }, metric);
  return {
    ...{ labels, a, b, columns: isMultiLabel ? columns : 1 },
    metric: (wanted, predicted) => score(wanted, predicted, columns),
  };
}
