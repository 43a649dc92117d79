import { join } from 'node:path';
import { type FileSet, ReferenceDevice } from '@scalearn/core';
import { loadEncoder, openModelFiles } from '@scalearn/encoders';
import { type ExportDtype, exportOnnx } from '@scalearn/onnx';
import type { Setup } from '../config/setup.ts';
import { fromFile } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { readRunFile, runFileName } from '../folders/run-json.ts';
import type { Reporter } from '../output/events.ts';
import { loadingProgress } from '../output/progress.ts';
import { encoderOf } from './encoder-source.ts';
import { tokenizerFiles } from './export-tokenizer.ts';
import { loadModel } from './load-model.ts';
import { chosenRun } from './task-run.ts';

/** The model to export and the format to write. */
export interface ExportSettings {
  readonly model: string;
  /** Name of the task, for a model of several tasks. */
  readonly task?: string;
  readonly encoder?: string;
  readonly dtypes: readonly ExportDtype[];
}

/** A model with its encoder as the files of a folder for transformers.js, not yet saved. */
export interface ExportedModel {
  readonly task: string;
  /** Id of the method; undefined for a folder without `run.json`. */
  readonly method: string | undefined;
  readonly files: FileSet;
}

/**
 * Exports the model of a folder. It computes nothing and needs no device.
 *
 * @throws FolderError, UsageError, ModelFileError as for predictions; OnnxExportError for a model that ONNX cannot
 * represent
 */
export async function exportModel(
  settings: ExportSettings,
  reporter: Reporter,
  signal: AbortSignal,
  { methods, families }: Pick<Setup, 'methods' | 'families'>,
): Promise<ExportedModel> {
  const { model: path, task, dtypes } = settings;
  await openModelFolder(path);
  const run = chosenRun(path, await readRunFile(path), task);
  const encoderName = await encoderOf(path, settings.encoder, run);
  using device = new ReferenceDevice();
  const layers = run?.encoder.shape.layers;
  using encoder = await fromFile(join(path, runFileName), () =>
    loadEncoder(encoderName, { device, layers, families, ...loadingProgress(reporter, signal) }),
  );
  using whole = await loadModel(path, encoder, reporter, [], methods.readers);
  const model = task === undefined ? whole : whole.for(task);
  const files = await exportOnnx(model, { dtypes });
  const maxLength = Math.min(model.task.maxLength, encoder.maxLength);
  const tokenizer = await tokenizerFiles(await openModelFiles(encoderName, { signal }), encoder, maxLength);
  return { task: model.task.id, method: run?.method, files: { ...files, ...tokenizer } };
}
