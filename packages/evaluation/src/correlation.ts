import { checkPaired, mean, type Numbers } from './lists.ts';

/**
 * Returns Pearson's correlation of two lists, or NaN if it is undefined because one list is constant. As in scipy, both
 * lists are centered and scaled to length 1, then multiplied.
 */
export function pearson(labels: Numbers, predictions: Numbers): number {
  checkPaired(labels, predictions);
  const [a, b] = [centered(labels), centered(predictions)];
  let product = 0;
  for (let i = 0; i < labels.length; i++)
    product += ((labels[i]! - a.center) / a.length) * ((predictions[i]! - b.center) / b.length);
  return Math.min(1, Math.max(-1, product));
}

/**
 * Returns Spearman's correlation: Pearson's correlation of the ranks. Ties share their average rank. NaN if one list is
 * constant.
 */
export function spearman(labels: Numbers, predictions: Numbers): number {
  return pearson(ranks(labels), ranks(predictions));
}

/** Returns the mean of the squared differences. */
export function meanSquaredError(labels: Numbers, predictions: Numbers): number {
  checkPaired(labels, predictions);
  return mean(Array.from(labels, (label, i) => (label - predictions[i]!) ** 2));
}

/** Returns ranks from 1. Equal values share the average of their ranks. */
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

/** Returns a list minus its mean, and the length of that vector, which is NaN for a constant list. */
function centered(values: Numbers): { readonly center: number; readonly length: number } {
  const center = mean(values);
  let squares = 0;
  let isConstant = true;
  for (let i = 0; i < values.length; i++) {
    squares += (values[i]! - center) ** 2;
    isConstant &&= values[i] === values[0];
  }
  // Rounding of the mean may leave a tiny spread in a constant list.
  return { center, length: isConstant ? Number.NaN : Math.sqrt(squares) };
}
