import { stableStringify } from '@scalearn/core/methods';
import type { ModelFiles } from '../../folder/model-files.ts';
import type { TransformerEncoder } from '../../model/encoder.ts';
import { readTokenizerFiles } from './tokenizer-file.ts';

/**
 * Returns an encoder's tokenizer as the files that transformers.js needs: `tokenizer.json` and `tokenizer_config.json`.
 * If the encoder has only an older vocabulary file, `tokenizer.json` is made from it. transformers.js reads three things
 * from `tokenizer_config.json`: the longest text, the padding token, and, from the class, whether there are token types.
 * Encoders' own files often lack these.
 *
 * @param files the encoder's files, as `openModelFiles` opens them
 * @param maxLength tokens of the longest text, including special tokens
 */
export async function transformersTokenizerFiles(
  files: ModelFiles,
  { config: { padTokenId }, family }: Pick<TransformerEncoder, 'config' | 'family'>,
  maxLength: number,
): Promise<Record<string, string>> {
  const { json, text, config: own } = await readTokenizerFiles(files, { families: [family] });
  const { pythonClass, tokenizerClass = pythonClass && `${pythonClass}Tokenizer` } = family;
  const padToken = own.pad_token ?? tokenOf(json, padTokenId);
  const config = {
    ...own,
    tokenizer_class: tokenizerClass ?? 'PreTrainedTokenizer',
    model_max_length: maxLength,
    ...(padToken === undefined ? {} : { pad_token: padToken }),
  };
  return { 'tokenizer.json': text, 'tokenizer_config.json': stableStringify(config) };
}

function tokenOf({ added_tokens: tokens }: Readonly<Record<string, unknown>>, id: number): unknown {
  const all = Array.isArray(tokens) ? (tokens as readonly { id?: unknown; content?: unknown }[]) : [];
  return all.find((token) => token.id === id)?.content;
}
