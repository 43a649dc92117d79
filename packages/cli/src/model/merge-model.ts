import { resolve } from 'node:path';
import { type FileSet, mergeSnapshot, readSnapshot } from '@scalearn/core';
import { type MethodReader, type SavedHead, taskName } from '@scalearn/core/methods';
import type { FamilyOptions } from '@scalearn/encoders';
import { noCalibration, snapshotModelFiles } from '@scalearn/models';
import { FolderError, fromFile } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { encodeRunFile, readRunFile, runFileName } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';
import { version } from '../version.ts';
import { checkSourceShapes, snapshotTarget, storedTask } from './load-model.ts';

/** A ScaLearn model as one adapter, not yet saved. */
export interface MergedModel {
  /** `run.json` of the model before merging. */
  readonly run: RunFile;
  readonly adapterName: string;
  /** `bottleneck`. */
  readonly method: string;
  /** Bottleneck units. */
  readonly width: number;
  /** Files of the merged model's folder, including `run.json`. */
  readonly files: FileSet;
}

/**
 * Merges the model of a folder. It needs no device, because `run.json` describes the encoder.
 *
 * @param out absolute path of the folder where it will be saved
 * @param readers of methods besides core's that can be merged
 * @param known families of encoders that it may have been trained on
 * @throws FolderError for a folder without `run.json`, or whose parts do not fit together
 */
export async function mergeModel(
  model: string,
  out: string,
  readers: readonly MethodReader[] = [],
  known: FamilyOptions = {},
): Promise<MergedModel> {
  const folder = await openModelFolder(model);
  const run = await readRunFile(model);
  if (!run) throw new FolderError(`${model} has no run.json; give a folder that scalearn train has written`);
  await checkSourceShapes(model, folder, run);
  const snapshot = await fromFile(model, () => readSnapshot(folder, snapshotTarget(run, known), readers));
  // The folder's last source may belong to another task; the merged adapter is the target's.
  const adapterName = taskName({ id: run.task });
  const mergedSnapshot = mergeSnapshot({ ...snapshot, adapterName });
  const { method, tensors } = mergedSnapshot;
  const [[name, head]] = [...mergedSnapshot.heads] as [[string, SavedHead]];
  const { path, source, shape, fingerprint, name: encoderName } = run.encoder;
  const files = snapshotModelFiles(mergedSnapshot, {
    info: {
      encoder: { name: encoderName, fingerprint, layers: shape.layers, source: path ?? source },
      tasks: [{ ...storedTask(name, head, run), ...noCalibration }],
    },
    parameters: run.parameters,
    card: { training: { 'merged from a model of the method': run.method } },
  });
  const { formatVersion: _, ...rest } = run;
  const merged = {
    ...{ ...rest, version, command: 'merge' as const, method: method.name },
    ...{ mergedFrom: { method: run.method, path: resolve(model) }, files: Object.keys(files) },
  };
  const runFile = await encodeRunFile(merged, out);
  const width = [...tensors].find(([key]) => key.endsWith('adapter_down.0.bias'))?.[1].shape[0] ?? 0;
  return { run, adapterName, method: method.name, width, files: { ...files, [runFileName]: runFile } };
}
