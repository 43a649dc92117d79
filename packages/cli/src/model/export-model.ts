import { type FileSet, ReferenceDevice, type TrainedModel } from '@scalearn/core';
import { openModelFiles, type TransformerEncoder } from '@scalearn/encoders';
import { type Calibration, exportCard, modelCardFile, type TaskInfo } from '@scalearn/models';
import { type ExportDtype, exportedFiles, exportOnnx } from '@scalearn/onnx';
import { encodeExportFile, exportFileName } from '../folders/export-json.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { readRunFile } from '../folders/run-json.ts';
import type { Setup } from '../options/setup.ts';
import type { Reporter } from '../output/events.ts';
import { chosenRun, type PartialTaskChoice, runOfTask } from '../tasks/model-task.ts';
import { readTestRows, type TestRows } from '../tasks/test-rows.ts';
import { encoderOf, loadModelEncoder } from './encoder-source.ts';
import { loadModel } from './load-model.ts';
import { type ExportScore, measureExport } from './measure-export.ts';
import { storedCalibration } from './stored-calibration.ts';
import { tokenizerFiles } from './tokenizer-files.ts';

/** The model to export and the files to write. */
export interface ExportSettings extends PartialTaskChoice {
  readonly model: string;
  readonly encoder?: string;
  readonly dtypes: readonly ExportDtype[];
  /** Number of test rows to score; 0 for none. Default: as in training, or the first 1,000. */
  readonly evalLimit?: number;
}

/** A storage type of an exported model, with its size, and its score if it was measured. */
export interface ExportedVariant {
  readonly dtype: ExportDtype;
  /** Path in the folder; null if it was only measured, for comparison. */
  readonly file: string | null;
  readonly bytes: number;
  readonly score?: ExportScore | undefined;
}

/** A model with its encoder as the files of a folder for transformers.js, not yet saved. */
export interface ExportedModel {
  readonly task: string;
  /** Id of the method; undefined for a folder without `run.json`. */
  readonly method: string | undefined;
  readonly variants: readonly ExportedVariant[];
  /** The task that was scored; undefined if none was. */
  readonly data: string | undefined;
  readonly files: FileSet;
}

/**
 * Exports the model of a folder, and scores each file on the test rows with ONNX Runtime. It needs no device.
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
  const { model: path, encoder: given, dtypes, ...choice } = settings;
  await openModelFolder(path);
  const all = await readRunFile(path);
  const ofJoint = all?.tasks && choice.task !== undefined ? runOfTask(all, choice.task) : undefined;
  const run = chosenRun(path, all, choice.task);
  const encoderName = await encoderOf(path, given, run);
  const rows = await readTestRows(path, ofJoint ? { ...choice, task: undefined } : choice, run, {
    reporter,
    signal,
  });
  using device = new ReferenceDevice();
  using encoder = await loadModelEncoder(path, run, encoderName, { device, families, reporter, signal });
  // The labels of a named task are those of the model. A folder without `run.json` may not know their names.
  const named = rows.task && !ofJoint ? [{ ...rows.task, id: run?.task ?? rows.task.id }] : [];
  using whole = await loadModel(path, encoder, reporter, named, methods.readers);
  const model = ofJoint ? whole.for(ofJoint.task) : whole;
  const calibration = await storedCalibration(path, model.task.id);
  const how = { dtypes, calibration };
  const { files, variants } = await exportVariants(model, encoder, how, rows, reporter, signal);
  const maxLength = Math.min(model.task.maxLength, encoder.maxLength);
  const tokenizer = await tokenizerFiles(await openModelFiles(encoderName, { signal }), encoder, maxLength);
  const methodId = run?.method ?? (await model.snapshot()).method.name;
  const exported = { task: model.task.id, method: run?.method, variants, data: rows.task?.id };
  const card = cardOf({ ...model.task, ...calibration }, encoder, methodId, variants, rows);
  const content = { ...files, ...tokenizer, [modelCardFile]: card };
  const description = encodeExportFile(facts(exported), Object.keys(content));
  return { ...exported, files: { ...content, [exportFileName]: description } };
}

/** Exports every type. If there are rows, each is scored, and f32 for comparison. */
async function exportVariants(
  model: TrainedModel,
  encoder: TransformerEncoder,
  { dtypes, calibration }: { readonly dtypes: readonly ExportDtype[]; readonly calibration: Calibration },
  { task }: TestRows,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<{ readonly files: FileSet; readonly variants: readonly ExportedVariant[] }> {
  const all = task && !dtypes.includes('f32') ? [...dtypes, 'f32' as const] : dtypes;
  const exported = await exportOnnx(model, { dtypes: all, calibration });
  const contents = all.map((dtype) => exported[exportedFiles[dtype].file] as Uint8Array);
  const scores = task
    ? await measureExport(contents, { encoder, task, shape: model.task }, reporter, signal)
    : [];
  const variants = all.map((dtype, i) => ({
    dtype,
    file: dtypes.includes(dtype) ? exportedFiles[dtype].file : null,
    bytes: (contents[i] as Uint8Array).length,
    score: scores[i],
  }));
  const unwanted = variants.flatMap(({ dtype, file }) => (file === null ? [exportedFiles[dtype].file] : []));
  const files = Object.fromEntries(Object.entries(exported).filter(([name]) => !unwanted.includes(name)));
  return { files, variants };
}

/** Returns what `export.json` and `--json` say. */
export function facts({ task, method, variants, data }: Omit<ExportedModel, 'files'>): object {
  return {
    task,
    method: method ?? null,
    format: 'onnx',
    measured: data ?? null,
    types: variants.map(({ dtype, file, bytes, score }) => ({
      ...{ dtype, file, bytes },
      ...(score && {
        rows: score.rows,
        metrics: score.metrics,
        rowsPerSecond: Math.round((10 * score.rows) / score.seconds) / 10,
      }),
    })),
  };
}

function cardOf(
  task: TaskInfo,
  { name, fingerprint, architecture, source }: TransformerEncoder,
  methodId: string,
  variants: readonly ExportedVariant[],
  { reason, task: data }: TestRows,
): string {
  const score = variants[0]?.score;
  return exportCard({
    encoder: { name, fingerprint, layers: architecture.layers, source: source ?? null },
    models: [
      {
        ...{ name: task.id, methodId, task },
        measured: score && data && { metric: score.metric, rows: score.rows, data: data.id },
      },
    ],
    files: variants.map(({ dtype, file, bytes, score }) => ({
      ...{ dtype, file, bytes, transformersDtype: exportedFiles[dtype].transformersDtype },
      scores: score ? { [task.id]: score.metrics[score.metric] ?? Number.NaN } : {},
      rowsPerSecond: score && score.rows / score.seconds,
    })),
    reason,
  });
}
