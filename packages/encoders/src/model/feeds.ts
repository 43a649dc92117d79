import { ArgumentError, type EncodedText, type HostArray } from '@scalearn/core';
import type { TransformerConfig } from '../families/config.ts';
import type { EncoderFamily } from '../families/family.ts';

/**
 * Returns a ragged batch as the inputs of an encoder's graph: `inputIds`, `positionIds` if it reads them and, if there are
 * several token types, `tokenTypeIds`, i32 `[tokens]` each; `cuSeqlens`, i32 `[boundaries]`; and the inputs that its family
 * adds.
 *
 * @param name name of the encoder, for errors
 * @throws ArgumentError for unknown ids and token types, and for empty or too long sequences
 */
export function encoderFeeds(
  family: EncoderFamily,
  config: TransformerConfig,
  name: string,
  texts: readonly EncodedText[],
): Record<string, HostArray> {
  const tokens = texts.reduce((n, text) => n + text.inputIds.length, 0);
  const inputIds = new Int32Array(tokens);
  const positionIds = new Int32Array(tokens);
  const cuSeqlens = new Int32Array(texts.length + 1);
  const first = family.firstPosition(config);
  const longest = config.maxPositions - first;
  const { typeVocabSize } = config;
  const tokenTypeIds = typeVocabSize > 1 ? new Int32Array(tokens) : undefined;
  if (texts.length === 0) throw new ArgumentError('a batch needs at least one sequence');
  for (const [s, text] of texts.entries()) {
    const begin = cuSeqlens[s] as number;
    const { length } = text.inputIds;
    if (length === 0 || length > longest)
      throw new ArgumentError(`a sequence of ${length} tokens does not fit: '${name}' takes 1 to ${longest}`);
    cuSeqlens[s + 1] = begin + length;
    for (let i = 0; i < length; i++) {
      const id = text.inputIds[i] as number;
      if (!(id >= 0 && id < config.vocabSize))
        throw new ArgumentError(`token id ${id} is outside the vocabulary of ${config.vocabSize}`);
      inputIds[begin + i] = id;
      positionIds[begin + i] = first + i;
      if (!tokenTypeIds) continue;
      const type = text.tokenTypeIds?.[i] ?? 0;
      if (!(type >= 0 && type < typeVocabSize))
        throw new ArgumentError(`token type ${type} is not one of '${name}', which has ${typeVocabSize}`);
      tokenTypeIds[begin + i] = type;
    }
  }
  const isPlaced = family.readsPositions?.(config) ?? true;
  const optional = { ...(isPlaced ? { positionIds } : {}), ...(tokenTypeIds ? { tokenTypeIds } : {}) };
  const fed = { inputIds, cuSeqlens, ...optional };
  return { ...fed, ...family.feeds?.(config, texts) };
}
