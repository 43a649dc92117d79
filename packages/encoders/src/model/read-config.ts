import type { ModelFiles } from '../folder/model-files.ts';
import { type EncoderConfig, parseEncoderConfig } from './config.ts';
import { EncoderConfigError } from './errors.ts';

/** Reads a model's `config.json`. @throws EncoderConfigError, MissingModelFileError */
export async function readEncoderConfig(files: ModelFiles, file = 'config.json'): Promise<EncoderConfig> {
  const where = `${files.describe()}/${file}`;
  const text = await files.text(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EncoderConfigError(`${where} is not JSON; the file is damaged`, { cause });
  }
  return parseEncoderConfig(json, where);
}
