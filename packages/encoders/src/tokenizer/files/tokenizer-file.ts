import { encoderFamilies, type FamilyOptions } from '../../families/list.ts';
import { MissingModelFileError } from '../../folder/errors.ts';
import { LARGEST_TEXT, type ModelFiles } from '../../folder/model-files.ts';
import { TokenizerError } from '../errors.ts';
import { type Json, parseJson, shown } from '../json.ts';
import { bertOptions } from './bert.ts';
import { refuseCommonOptions, refuseContradictions } from './options.ts';
import { byteLevelOptions } from './roberta.ts';

const TOKENIZER = 'tokenizer.json';
const HINT =
  'Write tokenizer.json with transformers: AutoTokenizer.from_pretrained(name).save_pretrained(folder).';

/** A tokenizer as described by its files. */
export interface TokenizerFiles {
  /** The content of `tokenizer.json`, or of the one made from older files. */
  readonly json: Json;
  /** The same as text. If the file exists, its original text. */
  readonly text: string;
  /** Content of `tokenizer_config.json`; empty if there is none. */
  readonly config: Json;
}

/**
 * Reads a model's `tokenizer.json`. If there is none, it is made from older files as Python's classes do: the files
 * that the family of `config.json` names, such as `vocab.txt` or a SentencePiece model, with `tokenizer_config.json`,
 * `special_tokens_map.json` and `added_tokens.json` if they exist.
 *
 * @throws TokenizerError, MissingModelFileError
 */
export async function readTokenizerFiles(
  files: ModelFiles,
  options: FamilyOptions = {},
): Promise<TokenizerFiles> {
  const config = await optional(files, 'tokenizer_config.json');
  refuseCommonOptions(config);
  if (!(await files.has(TOKENIZER))) {
    const json = await fromVocabulary(files, config, options);
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

/** Returns the results of a function for names, one after the other. */
async function readEach<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const name of names) results.push(await read(name));
  return results;
}

/** Reads a whole file of at most {@link LARGEST_TEXT} bytes. */
async function bytesOf(files: ModelFiles, name: string): Promise<Uint8Array> {
  const source = await files.source(name);
  if (source.size <= LARGEST_TEXT) return source.read(0, source.size);
  throw new TokenizerError(
    'malformed',
    `${name} in ${files.describe()} has ${source.size} bytes, too many for a vocabulary. Check that it is the right file.`,
  );
}

async function fromVocabulary(
  files: ModelFiles,
  config: Json,
  { families = encoderFamilies }: FamilyOptions,
): Promise<Json> {
  const missing = (...names: string[]) => new MissingModelFileError([TOKENIZER, ...names], files, HINT);
  const { model_type: modelType } = await optional(files, 'config.json');
  const family = families.find((each) => each.modelType === modelType);
  if (family?.vocabulary) {
    const { vocabulary } = family;
    const names = vocabulary.files;
    for (const name of names) if (!(await files.has(name))) throw missing(names.join(' with '));
    const more = {
      config,
      map: await optional(files, 'special_tokens_map.json'),
      added: await optional(files, 'added_tokens.json'),
    };
    if (vocabulary.content === 'bytes')
      return vocabulary.toJson(await readEach(names, (name) => bytesOf(files, name)), more);
    return vocabulary.toJson(await readEach(names, (name) => files.text(name)), more);
  }
  for (const model of ['sentencepiece.bpe.model', 'spiece.model', 'spm.model', 'tokenizer.model']) {
    if (await files.has(model))
      throw new TokenizerError(
        'unsupported',
        `${files.describe()} has its tokenizer only as ${model}, which is not read. ${HINT}`,
      );
  }
  if (modelType === undefined || family) throw missing();
  throw new TokenizerError(
    'unsupported',
    `${files.describe()} has no ${TOKENIZER}, and of model_type ${shown(modelType)} none can be made. ${HINT}`,
  );
}
