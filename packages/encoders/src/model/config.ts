import { JsonFields } from '@scalearn/core/files';
import { EncoderConfigError } from '../errors.ts';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';

export interface ParseConfigOptions extends FamilyOptions {
  /** The file, for errors. */
  readonly where?: string;
}

/**
 * Reads the object of a `config.json`. Fields that change what the encoder computes are read, or must be as its family
 * has them; those that transformers ignores for it are ignored here.
 *
 * @throws EncoderConfigError for other families, and for sizes that are missing or make no sense
 */
export function parseEncoderConfig(
  json: unknown,
  { where = 'config.json', ...options }: ParseConfigOptions = {},
): TransformerConfig {
  const fields = JsonFields.of(json, where, EncoderConfigError);
  const family = familyOf(fields.raw('model_type'), options, where);
  const config = family.readConfig(fields);
  if (maxSequenceLength(config, options) < 1)
    throw fields.error(`pad_token_id ${config.padTokenId} does not fit ${config.maxPositions} positions`);
  return config;
}

/** The content of a `config.json`, but for what heads decide: what {@link parseEncoderConfig} reads. */
export function encoderConfigJson(
  config: TransformerConfig,
  options: FamilyOptions = {},
): Record<string, unknown> {
  const { modelType } = config;
  return { model_type: modelType, ...familyOf(modelType, options).writeConfig(config) };
}

/** Longest sequence that the encoder has positions for. */
export function maxSequenceLength(config: TransformerConfig, options: FamilyOptions = {}): number {
  return config.maxPositions - familyOf(config.modelType, options).firstPosition(config);
}
