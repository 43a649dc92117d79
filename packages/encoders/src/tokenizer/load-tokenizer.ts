import { MissingModelFileError } from '../folder/errors.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { parseJson } from './json.ts';
import { buildTextTokenizer } from './text-tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

const TOKENIZER = 'tokenizer.json';
const CONFIG = 'tokenizer_config.json';

/** Where no limit is known the transformers library writes 10^30. */
const LARGEST_LIMIT = 1_000_000;

/**
 * Loads the tokenizer of a model: `tokenizer.json`, and from `tokenizer_config.json`, if there is one, the longest
 * sequence. Settings of truncation and padding that are stored in the file have no effect.
 *
 * @throws MissingModelFileError, TokenizerError
 */
export async function loadTokenizer(files: ModelFiles): Promise<Tokenizer> {
  if (!(await files.has(TOKENIZER))) {
    const hint = 'Write it with transformers: AutoTokenizer.from_pretrained(name).save_pretrained(folder).';
    throw new MissingModelFileError([TOKENIZER], files.describe(), hint);
  }
  const json = parseJson(await files.text(TOKENIZER), TOKENIZER);
  const config = (await files.has(CONFIG)) ? parseJson(await files.text(CONFIG), CONFIG) : {};
  const limit = config.model_max_length;
  const isSane = typeof limit === 'number' && Number.isInteger(limit) && limit > 0 && limit <= LARGEST_LIMIT;
  return new Tokenizer(buildTextTokenizer(json), isSane ? limit : undefined);
}
