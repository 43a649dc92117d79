import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FolderError } from '../errors.ts';

/** Absolute path of an encoder that is a local folder; undefined for what may be the name of one on the hub. */
export async function localEncoder(name: string): Promise<string | undefined> {
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory()) return resolve(name);
  if (info)
    throw new FolderError(
      `${name} is a file, and an encoder is a folder, with config.json, tokenizer.json and weights; give the folder (--encoder)`,
    );
  if (!isPath(name)) return undefined;
  throw new FolderError(`There is no folder ${name}; check the path of the encoder (--encoder)`);
}

/** What cannot be `owner/name`, with or without a revision, nor a URL. */
function isPath(name: string): boolean {
  if (/^\w+:\/\//.test(name)) return false;
  return /^[./~]/.test(name) || (name.split('@', 1)[0] ?? '').split('/').length > 2;
}
