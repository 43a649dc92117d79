import { resolve } from 'node:path';
import { type FileSet, mergeSnapshot, readSnapshot, snapshotFiles } from '@scalearn/core';
import { type MethodReader, taskName } from '@scalearn/core/methods';
import { encoderArchitecture, type FamilyOptions } from '@scalearn/encoders';
import { FolderError, fromFile } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { encodeRunFile, readRunFile, runFileName } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';
import { version } from '../version.ts';
import { checkSourceShapes } from './load-model.ts';

/** A ScaLearn model as one adapter, not yet saved. */
export interface MergedModel {
  /** The model's own `run.json`. */
  readonly run: RunFile;
  readonly adapterName: string;
  /** `bottleneck`. */
  readonly method: string;
  /** Bottleneck units. */
  readonly width: number;
  /** Of the merged model's folder, `run.json` among them. */
  readonly files: FileSet;
}

/**
 * Merges the model in a folder. Needs no device: `run.json` describes the encoder.
 *
 * @param out where it will be saved, absolute
 * @param readers of methods besides core's that can be merged
 * @param families of encoders that it may have been trained on
 * @throws FolderError for a folder without `run.json`, or whose parts do not fit each other
 */
export async function mergeModel(
  model: string,
  out: string,
  readers: readonly MethodReader[] = [],
  { families }: FamilyOptions = {},
): Promise<MergedModel> {
  const folder = await openModelFolder(model);
  const run = await readRunFile(model);
  if (!run) throw new FolderError(`${model} has no run.json; give a folder that scalearn train has written`);
  await checkSourceShapes(model, folder, run);
  const { shape, fingerprint: encoderFingerprint, name: modelName } = run.encoder;
  const snapshot = await fromFile(model, () =>
    readSnapshot(
      folder,
      { encoder: encoderArchitecture(shape, families && { families }), encoderFingerprint, modelName },
      readers,
    ),
  );
  // The folder's last source may be another task's; the merged adapter is the target's.
  const adapterName = taskName({ id: run.task });
  const { method, tensors, ...others } = mergeSnapshot({ ...snapshot, adapterName });
  const files = snapshotFiles({ method, tensors, ...others });
  const { formatVersion: _, ...rest } = run;
  const merged = {
    ...rest,
    ...({ version, command: 'merge', method: method.name } as const),
    mergedFrom: { method: run.method, path: resolve(model) },
    files: Object.keys(files),
  };
  const runFile = await encodeRunFile(merged, out);
  const width = [...tensors].find(([key]) => key.endsWith('adapter_down.0.bias'))?.[1].shape[0] ?? 0;
  return { run, adapterName, method: method.name, width, files: { ...files, [runFileName]: runFile } };
}
