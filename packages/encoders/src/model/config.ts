import { JsonFields } from '@scalearn/core/files';
import { EncoderConfigError } from '../errors.ts';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';

export interface ParseConfigOptions extends FamilyOptions {
  /** Path of the file, for errors; `config.json` by default. */
  readonly where?: string;
}

/**
 * Reads the object of a `config.json`. Fields that change what the encoder computes are read, or must have the family's
 * value. Fields that transformers ignores for the family are ignored here.
 *
 * @throws EncoderConfigError for unknown families, and for missing or invalid sizes
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

/**
 * Returns the content of a `config.json` that {@link parseEncoderConfig} reads, without the fields that heads decide.
 */
export function encoderConfigJson(
  config: TransformerConfig,
  options: FamilyOptions = {},
): Record<string, unknown> {
  const { modelType } = config;
  return { model_type: modelType, ...familyOf(modelType, options).writeConfig(config) };
}

/** Returns the longest sequence for which the encoder has positions. */
export function maxSequenceLength(config: TransformerConfig, options: FamilyOptions = {}): number {
  return config.maxPositions - familyOf(config.modelType, options).firstPosition(config);
}
