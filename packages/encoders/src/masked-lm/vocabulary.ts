import { ArgumentError } from '@scalearn/core';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { maskedLMHead } from './head.ts';
import type { MaskingVocabulary } from './mask-tokens.ts';

/**
 * Returns the parts of a tokenizer's vocabulary that masking needs.
 *
 * @throws EncoderConfigError for a family without a head for masked tokens; ArgumentError if it has no mask token, or more tokens than the encoder has embeddings
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
