import { ArgumentError, type EncodedText } from '@scalearn/core';
import type { Segments, Tokenizer } from '../tokenizer/tokenizer.ts';
import { type MaskingVocabulary, maskedCount } from './mask-tokens.ts';

/**
 * Encodes texts once, before training.
 *
 * @throws ArgumentError for a text without a token that can be masked
 */
export function encodeForMasking(
  texts: readonly Segments[],
  tokenizer: Tokenizer,
  vocabulary: MaskingVocabulary,
  maxLength: number,
): EncodedText[] {
  return texts.map((segments, row) => {
    const text = tokenizer.encode(segments[0], segments[1], { maxLength });
    if (maskedCount(text, vocabulary, 0) === 0)
      throw new ArgumentError(
        `text ${row} has no token that could be masked: ${JSON.stringify(segments)}; leave it out`,
      );
    return text;
  });
}

/** Returns the size of the largest batch: a batch of the longest texts. */
export function largestMaskedBatch(
  texts: readonly EncodedText[],
  batchSize: number,
  vocabulary: MaskingVocabulary,
  rate: number,
): { readonly capacity: Readonly<Record<string, number>>; readonly lengths: readonly number[] } {
  const largest = (sizes: readonly number[]): number[] =>
    [...sizes].sort((a, b) => b - a).slice(0, batchSize);
  const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
  const lengths = largest(texts.map((text) => text.inputIds.length));
  const masked = sum(largest(texts.map((text) => maskedCount(text, vocabulary, rate))));
  const sequences = lengths.length;
  return { capacity: { tokens: sum(lengths), sequences, boundaries: sequences + 1, masked }, lengths };
}
