import { join, resolve } from 'node:path';
import type { Device } from '@scalearn/core';
import { type FamilyOptions, loadEncoder, type TransformerEncoder } from '@scalearn/encoders';
import { modelInfoFile } from '@scalearn/models';
import { FolderError, fromFile, UsageError } from '../errors.ts';
import type { Reporter } from '../events/events.ts';
import { loadingProgress } from '../events/loading.ts';
import { runFileName } from '../folders/names.ts';
import { statOf } from '../folders/paths.ts';
import type { RunFile } from '../runs/run-schema.ts';
import type { StoredModel } from '../runs/stored-model.ts';

/**
 * Returns the encoder of a model: the given one, or that of its `run.json`, from its folder or its source, or that of its
 * `scalearn.json`.
 *
 * @throws UsageError if nothing names one; FolderError if there is no such folder
 */
export async function encoderOf(
  { path, run, info }: DescribedModel,
  given: string | undefined,
): Promise<string> {
  const name = given ?? (run ? await storedEncoder(run) : (info?.encoder.source ?? undefined));
  if (name === undefined)
    throw new UsageError(
      `${path} does not say where its encoder${info ? `, ${info.encoder.name},` : ''} can be loaded from, so --encoder must be given`,
    );
  await localEncoder(name);
  return name;
}

type DescribedModel = Pick<StoredModel, 'path' | 'run' | 'info'>;

/** Returns how many layers of its encoder a model uses; undefined if its folder does not say. */
export const encoderLayers = ({ run, info }: DescribedModel): number | undefined =>
  run?.encoder.shape.layers ?? info?.encoder.layers;

const storedEncoder = async ({ encoder: { path, source } }: Pick<RunFile, 'encoder'>): Promise<string> =>
  path !== null && (await statOf(path)) ? path : source;

/**
 * Loads the encoder of a model, with as many layers as the model has.
 *
 * @param name from {@link encoderOf}
 */
export function loadModelEncoder(
  model: DescribedModel,
  name: string,
  { device, families, reporter, signal }: LoadingContext,
): Promise<TransformerEncoder> {
  const layers = encoderLayers(model);
  return fromFile(join(model.path, model.run ? runFileName : modelInfoFile), () =>
    loadEncoder(name, { device, families, layers, ...loadingProgress(reporter, signal) }),
  );
}

interface LoadingContext extends FamilyOptions {
  readonly device: Device;
  readonly reporter: Pick<Reporter, 'progress'>;
  readonly signal?: AbortSignal | undefined;
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
