import { TokenizerError } from './errors.ts';

/**
 * Which text of a too long pair loses tokens: the longer one, always the first, or always the second. A single text is
 * truncated at its end by `longestFirst` and `onlyFirst`.
 */
export type Truncation = 'longestFirst' | 'onlyFirst' | 'onlySecond';

/**
 * Returns how many tokens of each text are kept, with the same results as the `tokenizers` library.
 *
 * `longestFirst` gives the longer text the larger share of the budget. Of two equally long texts, the second counts as
 * the longer one.
 *
 * @param lengths number of tokens of the text, or of both texts of a pair, without special tokens
 * @param budget maximum number of tokens of all texts together
 * @throws TokenizerError `length` if the only text that may be truncated has too few tokens
 */
export function truncatedLengths(
  lengths: readonly number[],
  budget: number,
  truncation: Truncation,
): readonly number[] {
  const [first = 0, second] = lengths;
  const excess = first + (second ?? 0) - budget;
  if (excess <= 0) return lengths;
  if (budget === 0) return lengths.map(() => 0);

  if (truncation === 'longestFirst') {
    if (second === undefined) return [budget];
    let shorter = Math.min(first, second);
    let longer = shorter > budget ? shorter : Math.max(shorter, budget - shorter);
    if (shorter + longer > budget) {
      shorter = Math.floor(budget / 2);
      longer = budget - shorter;
    }
    return first > second ? [longer, shorter] : [shorter, longer];
  }

  const cut = truncation === 'onlyFirst' ? 0 : 1;
  const length = lengths[cut];
  if (length === undefined) {
    throw new TokenizerError(
      'length',
      'onlySecond was asked for, but there is no second text. Use longestFirst.',
    );
  }
  if (length > excess) return lengths.with(cut, length - excess);
  throw new TokenizerError(
    'length',
    `${excess} tokens are too many, but the ${['first', 'second'][cut]} text has only ${length}. ` +
      'Use longestFirst or a larger maxLength.',
  );
}
