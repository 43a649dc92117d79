import { EncoderConfigError } from '../errors.ts';
import type { TransformerConfig } from '../families/config.ts';
import type { FamilyOptions } from '../families/list.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { parseEncoderConfig } from './config.ts';

export interface ReadConfigOptions extends FamilyOptions {
  /** Name of the file. Default `config.json`. */
  readonly file?: string;
}

/** Reads a model's `config.json`. @throws EncoderConfigError, MissingModelFileError */
export async function readEncoderConfig(
  files: ModelFiles,
  { file = 'config.json', ...options }: ReadConfigOptions = {},
): Promise<TransformerConfig> {
  const where = `${files.describe()}/${file}`;
  const text = await files.text(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EncoderConfigError(`${where} is not JSON; the file is damaged`, { cause });
  }
  return parseEncoderConfig(json, { where, ...options });
}
