import type { ModelFiles } from '../folder/model-files.ts';
import { type EncoderConfig, parseEncoderConfig } from './config.ts';
import { EncoderConfigError } from './errors.ts';

/** Reads a model's `config.json`. @throws EncoderConfigError, MissingModelFileError */
export async function readEncoderConfig(files: ModelFiles): Promise<EncoderConfig> {
  const where = `${files.describe()}/config.json`;
  const text = await files.text('config.json');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EncoderConfigError(`${where} is not JSON; the file is damaged`, { cause });
  }
  return parseEncoderConfig(json, where);
}
