import { mean } from '../lists.ts';
import { type ComparedPredictions, metricDifference, rowsOf, takeRows } from './compared-predictions.ts';
import { type ResamplingOptions, resampledRows } from './random-rows.ts';
import { type Interval, quantile } from './spread.ts';

export interface Bootstrap {
  /** Metric of `a` minus metric of `b` on the original rows. */
  readonly difference: number;
  /** The difference on each resample. */
  readonly differences: Float64Array;
  /** Fraction of resamples on which `a` was not better. */
  readonly shareNotPositive: number;
  /** Percentile interval that contains 95 % of the differences. */
  readonly interval: Interval;
}

/**
 * Computes the paired bootstrap (Koehn 2004): how the difference varies with the rows in the test split. If a metric is
 * undefined on some resamples, percentiles are taken over the others.
 *
 * @param options a list of row numbers for every resample, or how many resamples to draw; default 10,000
 * @throws ShapeError if lists do not match in size
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
