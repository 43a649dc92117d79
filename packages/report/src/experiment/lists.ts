import type { ReportProblem } from './data.ts';

/**
 * Class ids, or zeros and ones, as a digit each (base 36, so that files stay small), and scores as numbers with
 * commas.
 */
export function encodeList(problem: ReportProblem, values: ArrayLike<number>): string {
  const isScore = problem === 'regression';
  return Array.from(values, (value) => (isScore ? String(Math.fround(value)) : value.toString(36))).join(
    isScore ? ',' : '',
  );
}

/** Reads back what {@link encodeList} wrote. */
export function decodeList(problem: ReportProblem, text: string): Float64Array {
  if (text === '') return new Float64Array();
  return problem === 'regression'
    ? Float64Array.from(text.split(','), Number)
    : Float64Array.from(text, (digit) => Number.parseInt(digit, 36));
}

/** How many values {@link decodeList} gives, without reading them. */
export function listLength(problem: ReportProblem, text: string): number {
  if (text === '' || problem !== 'regression') return text.length;
  let commas = 0;
  for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) commas++;
  return commas + 1;
}
