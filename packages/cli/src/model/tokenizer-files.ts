import type { FileSet } from '@scalearn/core';
import { stableStringify } from '@scalearn/core/methods';
import { type ModelFiles, readTokenizerFiles, type TransformerEncoder } from '@scalearn/encoders';

/**
 * Returns the tokenizer's files as transformers.js needs them. If the encoder has only an older vocabulary file,
 * `tokenizer.json` is made from it. transformers.js reads three things from `tokenizer_config.json`: the longest text,
 * the padding token, and, from the class, whether there are token types. Encoders' own files often lack these.
 *
 * @param maxLength tokens of the longest text, including special tokens
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

function tokenOf({ added_tokens: tokens }: Readonly<Record<string, unknown>>, id: number): unknown {
  const all = Array.isArray(tokens) ? (tokens as readonly { id?: unknown; content?: unknown }[]) : [];
  return all.find((token) => token.id === id)?.content;
}
