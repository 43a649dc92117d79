import { MissingModelFileError } from '../../folder/errors.ts';
import type { ModelFiles } from '../../folder/model-files.ts';
import { TokenizerError } from '../errors.ts';
import { type Json, parseJson, shown } from '../json.ts';
import type { TokenFiles } from './added-token.ts';
import { bertFromVocabulary, bertOptions } from './bert.ts';
import { refuseCommonOptions, refuseContradictions } from './options.ts';
import { byteLevelOptions, robertaFromVocabulary } from './roberta.ts';

const TOKENIZER = 'tokenizer.json';
const HINT =
  'Write tokenizer.json with transformers: AutoTokenizer.from_pretrained(name).save_pretrained(folder).';

/** A tokenizer as files describe it. */
export interface TokenizerFiles {
  /** What `tokenizer.json` says, or would say where older files stand for it. */
  readonly json: Json;
  /** The same as text: the file as it is, if there is one. */
  readonly text: string;
  /** `tokenizer_config.json`; empty where there is none. */
  readonly config: Json;
}

/**
 * Reads a model's `tokenizer.json`. Where there is none it is made of the files of older days as Python's classes do:
 * for BERT of `vocab.txt`, for RoBERTa of `vocab.json` and `merges.txt`, with `tokenizer_config.json`,
 * `special_tokens_map.json` and `added_tokens.json` where they are. `model_type` of `config.json` tells which.
 *
 * @throws TokenizerError, MissingModelFileError
 */
export async function readTokenizerFiles(files: ModelFiles): Promise<TokenizerFiles> {
  const config = await optional(files, 'tokenizer_config.json');
  refuseCommonOptions(config);
  if (!(await files.has(TOKENIZER))) {
    const json = await fromVocabulary(files, config);
    return { json, text: `${JSON.stringify(json, null, 2)}\n`, config };
  }
  const text = await files.text(TOKENIZER);
  const json = parseJson(text, TOKENIZER);
  refuseContradictions(config, { ...bertOptions(json.normalizer), ...byteLevelOptions(json.pre_tokenizer) });
  return { json, text, config };
}

async function optional(files: ModelFiles, name: string): Promise<Json> {
  return (await files.has(name)) ? parseJson(await files.text(name), name) : {};
}

async function fromVocabulary(files: ModelFiles, config: Json): Promise<Json> {
  const missing = (...names: string[]) => new MissingModelFileError([TOKENIZER, ...names], files, HINT);
  const { model_type: modelType } = await optional(files, 'config.json');
  const read = async (): Promise<TokenFiles> => ({
    config,
    map: await optional(files, 'special_tokens_map.json'),
    added: await optional(files, 'added_tokens.json'),
  });
  if (modelType === 'bert') {
    if (!(await files.has('vocab.txt'))) throw missing('vocab.txt');
    return bertFromVocabulary(await files.text('vocab.txt'), await read());
  }
  if (modelType === 'roberta') {
    if (!(await files.has('vocab.json')) || !(await files.has('merges.txt')))
      throw missing('vocab.json with merges.txt');
    return robertaFromVocabulary(
      await files.text('vocab.json'),
      await files.text('merges.txt'),
      await read(),
    );
  }
  for (const model of ['sentencepiece.bpe.model', 'spiece.model', 'tokenizer.model']) {
    if (await files.has(model))
      throw new TokenizerError(
        'unsupported',
        `${files.describe()} has its tokenizer only as ${model}, which is not read. ${HINT}`,
      );
  }
  if (modelType === undefined || modelType === 'xlm-roberta') throw missing();
  throw new TokenizerError(
    'unsupported',
    `${files.describe()} has no ${TOKENIZER}, and of model_type ${shown(modelType)} none can be made. ${HINT}`,
  );
}
