import type { Device, FileSet } from '@scalearn/core';
import { JsonFields, writeSafetensors } from '@scalearn/core/files';
import {
  EncoderConfigError,
  encoderConfigJson,
  type FamilyOptions,
  familyOf,
  type HubOptions,
  loadTokenizer,
  type ModelFiles,
  openCheckpoint,
  openModelFiles,
  readEncoderConfig,
  readEncoderWeights,
  type Tokenizer,
} from '@scalearn/encoders';
import { maskedLMHead, readMaskedLMHead } from './head.ts';
import { MaskedLanguageModel } from './model.ts';

export interface LoadMaskedLMOptions extends HubOptions, FamilyOptions {
  /** The device to load the model on. */
  readonly device: Device;
  /** Seed of the head's initial weights if the checkpoint has none. Default 0. */
  readonly seed?: number;
}

/**
 * Loads an encoder with its masked-language-modeling head and its tokenizer, to continue pretraining on custom texts.
 *
 * @param source a hub name, a local Hugging Face folder, its URL, or opened files
 * @throws EncoderConfigError, EncoderWeightsError, TokenizerError, MissingModelFileError, HubError
 */
export async function loadMaskedLM(
  source: string | URL | ModelFiles,
  { device, seed, families, ...hub }: LoadMaskedLMOptions,
): Promise<{ readonly model: MaskedLanguageModel; readonly tokenizer: Tokenizer }> {
  const isNamed = typeof source === 'string' || source instanceof URL;
  const files = isNamed ? await openModelFiles(source, hub) : source;
  const known: FamilyOptions = families ? { families } : {};
  const config = await readEncoderConfig(files, known);
  const head = maskedLMHead(familyOf(config.modelType, known));
  await checkTied(files);
  const tokenizer = await loadTokenizer(files, known);
  const reader = await openCheckpoint(files);
  const where = files.describe();
  const weights = new Map([
    ...(await readEncoderWeights(reader, config, { ...known, where })),
    ...(await readMaskedLMHead(reader, head, config, where)),
  ]);
  const model = new MaskedLanguageModel({
    ...known,
    device,
    config,
    weights,
    ...(seed === undefined ? {} : { seed }),
  });
  return { model, tokenizer };
}

/**
 * @throws EncoderConfigError for a decoder with its own weights, because the decoder is the table of word embeddings
 * here
 */
async function checkTied(files: ModelFiles): Promise<void> {
  const file = 'config.json';
  const json = JsonFields.parse(await files.text(file), `${files.describe()}/${file}`, EncoderConfigError);
  if (json.raw('tie_word_embeddings') === false)
    throw json.error(
      'tie_word_embeddings is false; a head whose decoder has weights of its own cannot be read',
    );
}

export interface MaskedLMFileOptions {
  /** Storage type of the weights. Default: half precision. */
  readonly dtype?: 'F16' | 'F32';
}

/**
 * Returns a model as the files of a Hugging Face folder without the tokenizer's files: `config.json` and
 * `model.safetensors`, with the decoder tied to the word embeddings. `loadEncoder` and transformers
 * (`AutoModelForMaskedLM`, `AutoModel`) read it.
 */
export async function maskedLMFiles(
  model: MaskedLanguageModel,
  { dtype = 'F16' }: MaskedLMFileOptions = {},
): Promise<FileSet> {
  const tensors = await model.parameters.read();
  const weights = [...tensors].map(([name, { shape, data }]) => [name, { shape, data, dtype }] as const);
  return {
    'config.json': `${JSON.stringify(configOf(model), null, 2)}\n`,
    // transformers only reads files with the format `pt`.
    'model.safetensors': writeSafetensors(weights, { format: 'pt' }),
  };
}

function configOf({ config, family }: MaskedLanguageModel): Record<string, unknown> {
  return {
    ...(family.pythonClass === undefined ? {} : { architectures: [`${family.pythonClass}ForMaskedLM`] }),
    ...encoderConfigJson(config, { families: [family] }),
    tie_word_embeddings: true,
    // The type used in computation, independent of the storage type.
    dtype: 'float32',
  };
}
