import type { FamilyOptions } from '../families/list.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { readTokenizerFiles } from './files/tokenizer-file.ts';
import { buildTextTokenizer } from './text-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

/** Larger limits mean none: the transformers library writes 10^30 if no limit is known. */
const LARGEST_LIMIT = 1_000_000;

/**
 * Loads the tokenizer of a model from `tokenizer.json`, or from the older files that replace it. The longest sequence
 * is read from `tokenizer_config.json`, if there is one. Stored settings of truncation and padding have no effect.
 *
 * @throws MissingModelFileError, TokenizerError
 */
export async function loadTokenizer(files: ModelFiles, options: FamilyOptions = {}): Promise<Tokenizer> {
  const { json, config } = await readTokenizerFiles(files, options);
  const limit = config.model_max_length;
  const isSane = typeof limit === 'number' && Number.isInteger(limit) && limit > 0 && limit <= LARGEST_LIMIT;
  return new Tokenizer(buildTextTokenizer(json), isSane ? limit : undefined);
}
