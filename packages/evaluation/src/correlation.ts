import { checkPaired, mean, type Numbers, sum } from './lists.ts';

/**
 * Pearson's correlation of two lists; NaN where it is undefined, that is where one of them is constant.
 * Computed as scipy does: both lists are centred and scaled to length 1, then multiplied.
 */
export function pearson(labels: Numbers, predictions: Numbers): number {
  checkPaired(labels, predictions);
  const a = unit(labels);
  const b = unit(predictions);
  return Math.min(1, Math.max(-1, sum(a.map((value, i) => value * b[i]!))));
}

/** Spearman's correlation: Pearson's of the ranks, ties sharing their average rank. NaN where one list is constant. */
export function spearman(labels: Numbers, predictions: Numbers): number {
  return pearson(ranks(labels), ranks(predictions));
}

/** Mean of the squared differences. */
export function meanSquaredError(labels: Numbers, predictions: Numbers): number {
  checkPaired(labels, predictions);
  return mean(Array.from(labels, (label, i) => (label - predictions[i]!) ** 2));
}

/** Ranks from 1; equal values share the average of their ranks. */
export function ranks(values: Numbers): number[] {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (const i of order.slice(start, end)) result[i] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** The list centred and scaled to length 1. A constant list has no direction: its entries become NaN. */
function unit(values: Numbers): number[] {
  const center = mean(values);
  const centred = Array.from(values, (value) => value - center);
  // Rounding of the mean may leave a constant list with a tiny spread.
  const isConstant = Array.from(values).every((value) => value === values[0]);
  const length = isConstant ? Number.NaN : Math.sqrt(sum(centred.map((value) => value ** 2)));
  return centred.map((value) => value / length);
}
