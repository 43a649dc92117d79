import type { FamilyOptions } from '../families/list.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { readTokenizerFiles } from './files/tokenizer-file.ts';
import { buildTextTokenizer } from './text-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

/** Where no limit is known the transformers library writes 10^30. */
const LARGEST_LIMIT = 1_000_000;

/**
 * Loads the tokenizer of a model: `tokenizer.json`, or the files of older days that stand for it, and from
 * `tokenizer_config.json`, if there is one, the longest sequence. Settings of truncation and padding that are stored in
 * the file have no effect.
 *
 * @throws MissingModelFileError, TokenizerError
 */
export async function loadTokenizer(files: ModelFiles, options: FamilyOptions = {}): Promise<Tokenizer> {
  const { json, config } = await readTokenizerFiles(files, options);
  const limit = config.model_max_length;
  const isSane = typeof limit === 'number' && Number.isInteger(limit) && limit > 0 && limit <= LARGEST_LIMIT;
  return new Tokenizer(buildTextTokenizer(json), isSane ? limit : undefined);
}
