import type { Device } from '@scalearn/core';
import { JsonFields } from '@scalearn/core/files';
import type { HubOptions } from '@scalearn/hub';
import { EncoderConfigError } from '../errors.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';
import { openCheckpoint } from '../folder/checkpoint.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { openModelFiles } from '../hub/open-model-files.ts';
import { readEncoderConfig } from '../model/read-config.ts';
import { planWeights, readWeight } from '../model/read-weights.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { maskedLMHead } from './head.ts';
import { MaskedLanguageModel } from './model.ts';
import { readMaskedLMHead } from './read-head.ts';

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
  const family = familyOf(config.modelType, known);
  const head = maskedLMHead(family);
  await checkTied(files);
  const tokenizer = await loadTokenizer(files, known);
  const reader = await openCheckpoint(files);
  const plan = planWeights(reader, family, config, config.layers, files.describe());
  const weights = await readMaskedLMHead(reader, head, config, files.describe());
  for (const spec of plan.specs)
    if (!spec.optional) weights.set(spec.name, await readWeight(reader, plan, spec));
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
