import { ArgumentError, type EncodedText } from '@scalearn/core';
import type { RandomStream } from '@scalearn/core/graph';
import {
  type FamilyOptions,
  familyOf,
  type Segments,
  type Tokenizer,
  type TransformerConfig,
} from '@scalearn/encoders';
import { maskedLMHead } from './head.ts';

/** The parts of a vocabulary that masking needs. */
export interface MaskingVocabulary {
  /** Vocabulary size. Ids are below this number. */
  readonly size: number;
  /** Id of the mask token. */
  readonly maskId: number;
  /** Ids that are never masked and never used as random replacements. */
  readonly specialIds: ReadonlySet<number>;
}

/**
 * Returns the parts of a tokenizer's vocabulary that masking needs.
 *
 * @throws EncoderConfigError for a family without a head for masked tokens; ArgumentError if the tokenizer has no mask
 * token, or more tokens than the encoder has embeddings
 */
export function maskingVocabulary(
  tokenizer: Pick<Tokenizer, 'idOf' | 'vocabularySize'>,
  config: TransformerConfig,
  options: FamilyOptions = {},
): MaskingVocabulary {
  const { mask, others } = maskedLMHead(familyOf(config.modelType, options)).tokens;
  const maskId = tokenizer.idOf(mask);
  if (maskId === undefined)
    throw new ArgumentError(
      `the tokenizer has no token ${mask}, which a masked ${config.modelType} model needs`,
    );
  if (tokenizer.vocabularySize > config.vocabSize)
    throw new ArgumentError(
      `the tokenizer has ${tokenizer.vocabularySize} tokens, the encoder only ${config.vocabSize}; set vocab_size to that`,
    );
  const specialIds = [mask, ...others].flatMap((token) => tokenizer.idOf(token) ?? []);
  return { size: tokenizer.vocabularySize, maskId, specialIds: new Set(specialIds) };
}

export interface MaskedBatch {
  /** The texts with masked ids replaced. */
  readonly texts: readonly EncodedText[];
  /** Positions of the masked tokens in the ragged batch, ascending. */
  readonly positions: Int32Array;
  /** The original ids of the masked tokens. */
  readonly labels: Int32Array;
}

/** Returns the positions of a text's tokens that may be masked. */
function candidates({ inputIds }: EncodedText, { specialIds }: MaskingVocabulary): number[] {
  return Array.from(inputIds).flatMap((id, i) => (specialIds.has(id) ? [] : [i]));
}

/** Returns how many of a text's tokens are masked: `rate` of the tokens that are not special, at least one. */
function maskedCount(text: EncodedText, vocabulary: MaskingVocabulary, rate: number): number {
  const { length } = candidates(text, vocabulary);
  return length === 0 ? 0 : Math.max(1, Math.round(length * rate));
}

/**
 * Masks tokens of a batch (Devlin et al. 2019, section 3.1). Of the chosen tokens, 80 % become the mask token, 10 % a
 * random token, and 10 % are unchanged.
 */
export function maskTokens(
  texts: readonly EncodedText[],
  vocabulary: MaskingVocabulary,
  random: RandomStream,
  rate: number,
): MaskedBatch {
  const positions: number[] = [];
  const labels: number[] = [];
  let begin = 0;
  const masked = texts.map((text) => {
    const inputIds = Int32Array.from(text.inputIds);
    const places = candidates(text, vocabulary);
    const count = maskedCount(text, vocabulary, rate);
    // A partial Fisher–Yates shuffle.
    for (let i = 0; i < count; i++) {
      const j = i + random.below(places.length - i);
      [places[i], places[j]] = [places[j] as number, places[i] as number];
    }
    for (const place of places.slice(0, count).sort((a, b) => a - b)) {
      const id = inputIds[place] as number;
      positions.push(begin + place);
      labels.push(id);
      const draw = random.uniform();
      if (draw < 0.8) inputIds[place] = vocabulary.maskId;
      else if (draw < 0.9) inputIds[place] = randomToken(vocabulary, random);
    }
    begin += inputIds.length;
    return { ...text, inputIds };
  });
  return { texts: masked, positions: Int32Array.from(positions), labels: Int32Array.from(labels) };
}

function randomToken({ size, specialIds }: MaskingVocabulary, random: RandomStream): number {
  for (;;) {
    const id = random.below(size);
    if (!specialIds.has(id)) return id;
  }
}

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
