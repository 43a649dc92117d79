import { mergeIntoEncoder } from '@scalearn/baselines';
import {
  type Encoder,
  type FileSet,
  type ModelSnapshot,
  mergeSnapshot,
  ReferenceDevice,
  readSnapshot,
} from '@scalearn/core';
import { type MethodReader, taskName } from '@scalearn/core/methods';
import type { EncoderFamily } from '@scalearn/encoders';
import { type EncoderInfo, type SnapshotDescription, snapshotModelFiles } from '@scalearn/models';
import { FolderError, fromFile } from '../errors.ts';
import type { Reporter } from '../events/events.ts';
import { runFileName } from '../folders/names.ts';
import { encodeRunFile } from '../runs/run-json.ts';
import type { RunFile } from '../runs/run-schema.ts';
import { modelPlace, openStoredModel, type StoredModel, storedCalibration } from '../runs/stored-model.ts';
import { version } from '../version.ts';
import { encoderOf, loadModelEncoder } from './encoder-source.ts';
import { checkSourceShapes, loadStoredModel, snapshotTarget, storedTasks } from './load-model.ts';

/** A ScaLearn model as one adapter, not yet saved. */
export interface MergedModel {
  /** Id of the task. */
  readonly task: string;
  /** Id of the method before merging. */
  readonly mergedMethod: string;
  /** Number of sources; undefined if the folder has no `run.json`. */
  readonly sources: number | undefined;
  readonly adapterName: string;
  /** `bottleneck` or `lora`; `full-finetuning` if it was merged into the encoder. */
  readonly method: string;
  /** Bottleneck units, or the largest rank of a LoRA; 0 if it was merged into the encoder. */
  readonly width: number;
  /** Files of the merged model's folder; `run.json` is one of them if the model has it. */
  readonly files: FileSet;
}

/** How to read the model. */
export interface MergeOptions {
  /** Readers of methods besides core's that can be merged. Default: none. */
  readonly readers?: readonly MethodReader[];
  /** Families of encoders that it may have been trained on. Default: those of `@scalearn/encoders`. */
  readonly families?: readonly EncoderFamily[];
  /** Whether the model is merged into the weights of its encoder; by default into one adapter. */
  readonly intoEncoder?: boolean;
  /** Where the encoder is, for a folder without `run.json`. Default: where `scalearn.json` says. */
  readonly encoder?: string | undefined;
  /** Receives progress and warnings of loading the encoder. Default: nothing. */
  readonly reporter?: Pick<Reporter, 'progress' | 'warn'>;
  readonly signal?: AbortSignal;
}

/**
 * Merges the model of a folder. With `run.json`, which describes the encoder, only the folder is read. Otherwise the
 * encoder is read too. No device is needed.
 *
 * @param out absolute path of the folder where it will be saved
 * @throws FolderError for a folder of another program, or whose parts do not fit together
 */
export async function mergeModel(
  model: string,
  out: string,
  options: MergeOptions = {},
): Promise<MergedModel> {
  const stored = await openStoredModel(model, { signal: options.signal });
  const { run } = stored;
  const unmerged = run ? await asRunSays(stored, run, options) : await onItsEncoder(stored, options);
  const { snapshot, encoder, parameters, task } = unmerged;
  const mergedMethod = snapshot.method.name;
  // The folder's last source may belong to another task; the merged adapter is the target's.
  const adapterName = taskName({ id: task });
  const named = { ...snapshot, adapterName };
  const merged = options.intoEncoder
    ? await withEncoder(stored, options, (encoder) => mergeIntoEncoder(named, encoder))
    : mergeSnapshot(named);
  const method = merged.method.name;
  // The merged adapter computes the same outputs, so their calibration stays.
  const calibration = storedCalibration(stored);
  const tasks = storedTasks(model, stored, snapshot).map((each) => ({ ...each, ...calibration(each.id) }));
  const files = snapshotModelFiles(merged, {
    ...{ info: { encoder, tasks }, parameters },
    card: { training: { 'merged from a model of the method': mergedMethod } },
  });
  const width = Math.max(
    0,
    ...[...merged.tensors].map(
      ([
        key,
        {
          shape: [rows = 0],
        },
      ]) => (/adapter_down\.0\.bias$|lora_A/.test(key) ? rows : 0),
    ),
  );
  const runFiles: FileSet = run ? { [runFileName]: await mergedRun(run, { method, model, out, files }) } : {};
  return {
    ...{ task, mergedMethod, sources: run?.sources.length, adapterName, method, width },
    files: { ...files, ...runFiles },
  };
}

/** A model before merging, with what its new folder says about it. */
interface Unmerged extends Pick<SnapshotDescription, 'parameters'> {
  readonly snapshot: ModelSnapshot;
  readonly encoder: EncoderInfo;
  readonly task: string;
}

async function asRunSays(
  { path: model, folder }: StoredModel,
  run: RunFile,
  { readers, families }: MergeOptions,
): Promise<Unmerged> {
  await checkSourceShapes(model, folder, run);
  const target = snapshotTarget(run, families ? { families } : {});
  const snapshot = await fromFile(model, () => readSnapshot(folder, target, readers));
  const { path, source, shape, fingerprint, name } = run.encoder;
  const encoder = { name, fingerprint, layers: shape.layers, source: path ?? source };
  return { snapshot, encoder, parameters: run.parameters, task: run.task };
}

const silent: Pick<Reporter, 'progress' | 'warn'> = { progress: () => {}, warn: () => {} };

/** Loads a model without `run.json` on its encoder. */
async function onItsEncoder(stored: StoredModel, options: MergeOptions): Promise<Unmerged> {
  const { readers = [], reporter = silent } = options;
  const { path, info } = stored;
  if (!info)
    throw new FolderError(
      `${path} has neither run.json nor scalearn.json; give a folder that scalearn train or saveModel has written`,
    );
  return withEncoder(stored, options, async (encoder) => {
    using model = await loadStoredModel(stored, encoder, reporter, [], readers);
    const snapshot = await model.snapshot();
    const { parameterCount: parameters, task } = model;
    return { snapshot, encoder: info.encoder, parameters, task: task.id };
  });
}

/** Loads the encoder of a model for as long as it is used. */
async function withEncoder<T>(
  stored: StoredModel,
  { families, encoder: given, reporter = silent, signal }: MergeOptions,
  use: (encoder: Encoder) => Promise<T>,
): Promise<T> {
  using device = new ReferenceDevice();
  const how = { device, reporter, signal, ...(families && { families }) };
  using encoder = await loadModelEncoder(stored, await encoderOf(stored, given), how);
  return await use(encoder);
}

/** Returns `run.json` of the merged model. */
function mergedRun(
  run: RunFile,
  {
    method,
    model,
    out,
    files,
  }: { readonly method: string; readonly model: string; readonly out: string; readonly files: FileSet },
): Promise<string> {
  const { formatVersion: _, ...rest } = run;
  const merged = {
    ...{ ...rest, version, command: 'merge' as const, method },
    ...{ mergedFrom: { method: run.method, path: modelPlace(model) }, files: Object.keys(files) },
  };
  return encodeRunFile(merged, out);
}
