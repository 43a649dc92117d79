import { mean } from '../lists.ts';
import { type ComparedPredictions, metricDifference, rowsOf, takeRows } from './compared-predictions.ts';
import { type ResamplingOptions, resampledRows } from './random-rows.ts';
import { type Interval, quantile } from './spread.ts';

export interface Bootstrap {
  /** Of the metric, `a` minus `b`, on the rows as they are. */
  readonly difference: number;
  /** On each resample. */
  readonly differences: Float64Array;
  /** Share of resamples on which `a` was not better. */
  readonly shareNotPositive: number;
  /** Percentiles, 95 % between them. */
  readonly interval: Interval;
}

/**
 * The paired bootstrap (Koehn 2004): how the difference varies with the rows that happen to be in the test split.
 * Percentiles of a metric that can be undefined are taken of where it is defined.
 *
 * @param options a list of row numbers for every resample, or how many to draw, 10,000 by default
 * @throws ShapeError where lists do not fit together
 */
export function pairedBootstrap(
  compared: ComparedPredictions,
  options: ResamplingOptions | { readonly rows: Iterable<ArrayLike<number>> } = {},
): Bootstrap {
  const count = rowsOf(compared);
  const { labels, a, b, columns = 1 } = compared;
  const drawn = 'rows' in options ? options.rows : resampledRows(count, options);
  const differences = Float64Array.from(drawn, (list) => {
    const rows = Int32Array.from(list);
    const taken = (values: ArrayLike<number>): Float64Array => takeRows(values, rows, columns);
    return metricDifference({ ...compared, labels: taken(labels), a: a.map(taken), b: b.map(taken) });
  });
  const defined = differences.filter((value) => !Number.isNaN(value));
  return {
    difference: metricDifference(compared),
    differences,
    shareNotPositive: mean(Array.from(differences, (value) => (value > 0 ? 0 : 1))),
    interval: [quantile(defined, 0.025), quantile(defined, 0.975)],
  };
}
