import { join, resolve } from 'node:path';
import type { Device } from '@scalearn/core';
import { type FamilyOptions, loadEncoder, type TransformerEncoder } from '@scalearn/encoders';
import { FolderError, fromFile, UsageError } from '../errors.ts';
import { statOf } from '../folders/paths.ts';
import { runFileName } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';
import type { Reporter } from '../output/events.ts';
import { loadingProgress } from '../output/progress.ts';

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

const storedEncoder = async ({ encoder: { path, source } }: Pick<RunFile, 'encoder'>): Promise<string> =>
  path !== null && (await statOf(path)) ? path : source;

/**
 * Loads the encoder of a model, with as many layers as the model has.
 *
 * @param model its folder, for errors
 * @param name from {@link encoderOf}
 */
export function loadModelEncoder(
  model: string,
  run: Pick<RunFile, 'encoder'> | undefined,
  name: string,
  { device, families, reporter, signal }: LoadingContext,
): Promise<TransformerEncoder> {
  const layers = run?.encoder.shape.layers;
  return fromFile(join(model, runFileName), () =>
    loadEncoder(name, { device, families, layers, ...loadingProgress(reporter, signal) }),
  );
}

interface LoadingContext extends FamilyOptions {
  readonly device: Device;
  readonly reporter: Pick<Reporter, 'progress'>;
  readonly signal: AbortSignal;
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
