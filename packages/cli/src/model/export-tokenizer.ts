import type { FileSet } from '@scalearn/core';
import { stableStringify } from '@scalearn/core/methods';
import { type ModelFiles, readTokenizerFiles, type TransformerEncoder } from '@scalearn/encoders';

/**
 * The tokenizer's files as transformers.js needs them; where the encoder has a vocabulary of older days only,
 * `tokenizer.json` is written from it. It takes from `tokenizer_config.json` how long a text may be, what
 * batches are padded with, and, by the class, whether there are token types; encoders' own files often leave these out.
 *
 * @param maxLength tokens of the longest text, special ones included
 */
export async function tokenizerFiles(
  files: ModelFiles,
  { config: { padTokenId }, family }: Pick<TransformerEncoder, 'config' | 'family'>,
  maxLength: number,
): Promise<FileSet> {
  const { json, text, config: own } = await readTokenizerFiles(files, { families: [family] });
  const { pythonClass } = family;
  const padToken = own.pad_token ?? tokenOf(json, padTokenId);
  return {
    'tokenizer.json': text,
    'tokenizer_config.json': stableStringify({
      ...own,
      tokenizer_class: pythonClass ? `${pythonClass}Tokenizer` : 'PreTrainedTokenizer',
      model_max_length: maxLength,
      ...(padToken === undefined ? {} : { pad_token: padToken }),
    }),
  };
}

/** The added token of an id. */
function tokenOf({ added_tokens: tokens }: Readonly<Record<string, unknown>>, id: number): unknown {
  const all = Array.isArray(tokens) ? (tokens as readonly { id?: unknown; content?: unknown }[]) : [];
  return all.find((token) => token.id === id)?.content;
}
