import { computeMetrics, type MetricSpec, type ScoredOutput, type ScoredRow } from '../compute.ts';
import { ShapeError } from '../errors.ts';
import { argmaxPredictions } from '../predictions.ts';
import { normalCritical } from './distributions.ts';
import { type ResamplingOptions, resampledRows } from './random-rows.ts';
import { type Interval, quantile } from './spread.ts';

/**
 * Returns Wilson's confidence interval of a fraction (Wilson 1927, equation 4 of Brown, Cai and DasGupta 2001). It
 * stays within 0 and 1, and is sensible for few trials and for fractions of 0 or 1.
 *
 * @param confidence between 0 and 1; default 0.95
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials < 1) throw new ShapeError('There are no trials to take a fraction of.');
  const z = normalCritical(confidence);
  const share = successes / trials;
  const center = (share + (z * z) / (2 * trials)) / (1 + (z * z) / trials);
  const half =
    (z / (1 + (z * z) / trials)) *
    Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

/**
 * Returns the 95 % interval of a task's primary metric on a sample of rows: Wilson's interval for accuracy, percentiles
 * of the bootstrap over rows for other metrics. Rows with a `group` are drawn together. It says how uncertain a score is
 * because the test rows are few; it does not contain the variation between seeds.
 *
 * @param options default 1,000 resamples
 * @returns undefined if the metric is undefined
 */
export function scoreInterval(
  spec: MetricSpec,
  output: ScoredOutput,
  options: ResamplingOptions = {},
): Interval | undefined {
  const { primary } = computeMetrics(spec, output);
  if (Number.isNaN(primary.value)) return undefined;
  if (primary.name === 'accuracy' && !isGrouped(output))
    return wilsonInterval(Math.round(primary.value * output.rows), output.rows);
  return percentiles(resampledScores(spec, [output], options).map(([score]) => score!));
}

/** Whether one model scores higher than another on the same rows, as far as these rows can tell. */
export interface ScoreDifference {
  /** The primary metric of `a` minus that of `b`. */
  readonly difference: number;
  /** The 95 % interval of the paired bootstrap; undefined if the metric is undefined. */
  readonly interval: Interval | undefined;
}

/**
 * Compares the primary metric of two models on the same rows, by the paired bootstrap (Koehn 2004). Rows with a `group`
 * are drawn together.
 *
 * @param options default 1,000 resamples
 */
export function scoreDifference(
  spec: MetricSpec,
  a: ScoredOutput,
  b: ScoredOutput,
  options: ResamplingOptions = {},
): ScoreDifference {
  if (a.rows !== b.rows) throw new ShapeError(`There are ${a.rows} rows to compare with ${b.rows}.`);
  const { primary } = computeMetrics(spec, a);
  const difference = primary.value - computeMetrics(spec, b).primary.value;
  const isAccuracy =
    primary.name === 'accuracy' && spec.problem !== 'multiLabelClassification' && !isGrouped(a);
  const differences = isAccuracy
    ? resampledMeans(rightRows(a), rightRows(b), options)
    : resampledScores(spec, [a, b], options).map(([ofA, ofB]) => ofA! - ofB!);
  return { difference, interval: percentiles(differences) };
}

const isGrouped = ({ examples }: ScoredOutput): boolean =>
  examples?.some(({ group }) => group !== undefined) ?? false;

/** Returns 1 for each row whose class is predicted right, 0 for the others. */
function rightRows(output: ScoredOutput): Uint8Array {
  return Uint8Array.from(argmaxPredictions(output), (id, row) => Number(id === output.labels[row]));
}

/** Computes the mean difference of two lists on resamples of the rows: that of accuracies, many times as fast. */
function resampledMeans(
  a: Uint8Array,
  b: Uint8Array,
  { resamples = 1000, seed = 0 }: ResamplingOptions,
): number[] {
  return Array.from(resampledRows(a.length, { resamples, seed }), (rows) => {
    let sum = 0;
    for (const row of rows) sum += a[row]! - b[row]!;
    return sum / a.length;
  });
}

function percentiles(values: readonly number[]): Interval | undefined {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.length === 0 ? undefined : [quantile(defined, 0.025), quantile(defined, 0.975)];
}

/** Computes the primary metric of each output on resamples of the rows. */
function resampledScores(
  spec: MetricSpec,
  outputs: readonly ScoredOutput[],
  { resamples = 1000, seed = 0 }: ResamplingOptions,
): number[][] {
  const [first] = outputs as [ScoredOutput];
  const scores = (taken: readonly ScoredOutput[]): number[] =>
    taken.map((output) => computeMetrics(spec, output).primary.value);
  if (!isGrouped(first))
    return Array.from(resampledRows(first.rows, { resamples, seed }), (rows) =>
      scores(outputs.map((output) => takeRows(output, rows))),
    );
  const units = rowUnits(first.rows, first.examples);
  return Array.from(resampledRows(units.length, { resamples, seed }), (numbers) => {
    const drawn = Array.from(numbers, (number) => units[number]!);
    return scores(outputs.map((output) => takeUnits(output, drawn)));
  });
}

/** Returns the rows that are drawn together: those of a group, otherwise each row by itself. */
function rowUnits(rows: number, examples: readonly ScoredRow[] = []): number[][] {
  const units = new Map<number | string | symbol, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = examples[row]?.group ?? Symbol();
    const unit = units.get(key);
    if (unit) unit.push(row);
    else units.set(key, [row]);
  }
  return [...units.values()];
}

/** Returns an output of the given units. A group that is drawn twice becomes two groups. */
function takeUnits(output: ScoredOutput, units: readonly (readonly number[])[]): ScoredOutput {
  const examples = units.flatMap((unit, group) => unit.map((row) => ({ ...output.examples![row]!, group })));
  return { ...takeRows(output, units.flat()), examples };
}

/** Returns an output of the given rows, without their examples. */
function takeRows(
  { logits, labels, columns, rows: all }: ScoredOutput,
  rows: ArrayLike<number>,
): ScoredOutput {
  const taken = (values: ArrayLike<number>, width: number): Float64Array => {
    const result = new Float64Array(rows.length * width);
    for (let i = 0; i < rows.length; i++)
      for (let column = 0; column < width; column++)
        result[i * width + column] = values[rows[i]! * width + column]!;
    return result;
  };
  return {
    ...{ logits: taken(logits, columns), labels: taken(labels, labels.length / all) },
    ...{ rows: rows.length, columns },
  };
}
