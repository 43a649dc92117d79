import { resolve } from 'node:path';
import { FolderError, UsageError } from '../errors.ts';
import { statOf } from '../folders/paths.ts';
import { runFileName } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';

/**
 * Returns the encoder of a model: the given one, or that of its `run.json`, from its folder or its source.
 *
 * @throws UsageError if neither names one; FolderError if there is no such folder
 */
export async function encoderOf(
  model: string,
  given: string | undefined,
  run: Pick<RunFile, 'encoder'> | undefined,
): Promise<string> {
  const name = given ?? (run && (await storedEncoder(run)));
  if (name === undefined) throw new UsageError(`${model} has no ${runFileName}, so --encoder must be given`);
  await localEncoder(name);
  return name;
}

async function storedEncoder({ encoder: { path, source } }: Pick<RunFile, 'encoder'>): Promise<string> {
  const isThere = path !== null && (await statOf(path)) !== undefined;
  return isThere ? path : source;
}

/** Returns the absolute path of an encoder that is a local folder; undefined for a name that may be on the hub. */
export async function localEncoder(name: string): Promise<string | undefined> {
  const info = await statOf(name);
  if (info?.isDirectory()) return resolve(name);
  if (info)
    throw new FolderError(
      `${name} is a file, and an encoder is a folder, with config.json, tokenizer.json and weights; give the folder (--encoder)`,
    );
  if (!isPath(name)) return undefined;
  throw new FolderError(`There is no folder ${name}; check the path of the encoder (--encoder)`);
}

/** Returns whether the name can be neither `owner/name`, with or without a revision, nor a URL. */
function isPath(name: string): boolean {
  if (/^\w+:\/\//.test(name)) return false;
  return /^[./~]/.test(name) || (name.split('@', 1)[0] ?? '').split('/').length > 2;
}
