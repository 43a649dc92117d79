import type { EncodedText } from '@scalearn/core';
import type { RandomStream } from '@scalearn/core/graph';

/** The parts of a vocabulary that masking needs. */
export interface MaskingVocabulary {
  /** Vocabulary size. Ids are below this number. */
  readonly size: number;
  /** Id of the mask token. */
  readonly maskId: number;
  /** Ids that are never masked and never used as random replacements. */
  readonly specialIds: ReadonlySet<number>;
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
export function maskedCount(text: EncodedText, vocabulary: MaskingVocabulary, rate: number): number {
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
