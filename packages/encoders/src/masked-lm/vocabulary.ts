import { ArgumentError } from '@scalearn/core';
import type { EncoderConfig } from '../model/config.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { MaskingVocabulary } from './mask-tokens.ts';

const specialTokens = {
  bert: { mask: '[MASK]', others: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] },
  roberta: { mask: '<mask>', others: ['<s>', '<pad>', '</s>', '<unk>'] },
} as const;

/**
 * A tokeniser's vocabulary as masking needs it.
 *
 * @throws ArgumentError if it has no mask token, or more tokens than the encoder has embeddings
 */
export function maskingVocabulary(
  tokenizer: Pick<Tokenizer, 'idOf' | 'vocabularySize'>,
  config: EncoderConfig,
): MaskingVocabulary {
  const { mask, others } = specialTokens[config.modelType === 'bert' ? 'bert' : 'roberta'];
  const maskId = tokenizer.idOf(mask);
  if (maskId === undefined)
    throw new ArgumentError(
      `the tokeniser has no token ${mask}, which a masked ${config.modelType} model needs`,
    );
  if (tokenizer.vocabularySize > config.vocabSize)
    throw new ArgumentError(
      `the tokeniser has ${tokenizer.vocabularySize} tokens, the encoder only ${config.vocabSize}; set vocab_size to that`,
    );
  const specialIds = [mask, ...others].flatMap((token) => tokenizer.idOf(token) ?? []);
  return { size: tokenizer.vocabularySize, maskId, specialIds: new Set(specialIds) };
}
