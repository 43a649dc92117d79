import type { Problem } from '@scalearn/evaluation';

/**
 * Encodes class ids, or zeros and ones, as one digit each, and scores as numbers separated by commas. Digits are of
 * base 36, which keeps files small.
 */
export function encodeList(problem: Problem, values: ArrayLike<number>): string {
  const isScore = problem === 'regression';
  return Array.from(values, (value) => (isScore ? String(Math.fround(value)) : value.toString(36))).join(
    isScore ? ',' : '',
  );
}

/** Decodes the output of {@link encodeList}. */
export function decodeList(problem: Problem, text: string): Float64Array {
  if (text === '') return new Float64Array();
  return problem === 'regression'
    ? Float64Array.from(text.split(','), Number)
    : Float64Array.from(text, (digit) => Number.parseInt(digit, 36));
}

/** Returns the number of values that {@link decodeList} gives, without decoding them. */
export function listLength(problem: Problem, text: string): number {
  if (text === '' || problem !== 'regression') return text.length;
  let commas = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) commas++;
  return commas + 1;
}
