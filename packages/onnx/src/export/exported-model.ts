import { type Encoder, type FileSet, mergeSnapshot, TrainedModel } from '@scalearn/core';
import type { Graph } from '@scalearn/core/graph';
import { hubHeadConfig, stableStringify } from '@scalearn/core/methods';
import { calibrationConfig, type ExportCalibration } from './calibration.ts';
import { type ExportDtype, exportedFiles } from './dtypes.ts';
import { OnnxExportError } from './errors.ts';

/** What an export needs of a model. */
export interface ExportedModel extends Disposable {
  readonly graph: Graph;
  /** Undefined if the logits are not divided. */
  readonly temperature: number | undefined;
  /** What `config.json` says about the head. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Prepares a model for an export: a sum of adapters is merged into one.
 *
 * @throws OnnxExportError for multiple choice, an encoder without a Hugging Face configuration, and a calibration that
 *   the task cannot have
 */
export async function exportedModel(
  model: TrainedModel,
  calibration: ExportCalibration,
): Promise<ExportedModel> {
  const { encoder, task } = model;
  const { id, problem, labels } = task;
  if (problem === 'multipleChoice')
    throw new OnnxExportError(
      `${id} chooses between several texts; only classifiers and regressions of single rows can be exported`,
    );
  if (!encoder.hubConfig)
    throw new OnnxExportError(`the encoder '${encoder.name}' has no Hugging Face configuration to export`);
  const calibrated = calibrationConfig(task, calibration);
  const snapshot = await model.snapshot();
  const mergeable = snapshot.method.merge && snapshot.tasks.length === 1;
  const merged = mergeable
    ? await TrainedModel.fromSnapshot(encoder, mergeSnapshot(snapshot), task)
    : undefined;
  return {
    graph: (merged ?? model).graph(),
    temperature: calibration.temperature === 1 ? undefined : calibration.temperature,
    config: {
      ...hubHeadConfig({ problem, labels, outputs: labels?.length ?? 1 }, encoder.architecture),
      ...(Object.keys(calibrated).length > 0 ? { calibration: calibrated } : {}),
    },
    [Symbol.dispose]: () => merged?.dispose(),
  };
}

/**
 * Writes a file for each type, and `config.json`.
 *
 * @param encode makes the file of a type
 * @param config what `config.json` says besides the encoder
 */
export async function exportedFolder(
  { hubConfig }: Encoder,
  dtypes: readonly ExportDtype[],
  encode: (dtype: ExportDtype) => Promise<Uint8Array>,
  config: Readonly<Record<string, unknown>>,
): Promise<FileSet> {
  const files: Record<string, Uint8Array | string> = {};
  for (const dtype of dtypes) files[exportedFiles[dtype].file] = await encode(dtype);
  const [first = 'f32'] = dtypes;
  // The file that transformers.js opens by default. Without this, a page would look for a quantized file.
  const opened = { 'transformers.js_config': { dtype: exportedFiles[first].transformersDtype } };
  return { ...files, 'config.json': stableStringify({ ...hubConfig, ...config, ...opened }) };
}

/** Returns the encoder's position of the first token, by encoding a text. */
export function firstPosition(encoder: Encoder): number {
  const { positionIds } = encoder.feeds([{ inputIds: [0], tokenTypeIds: [0] }]);
  return positionIds?.[0] ?? 0;
}
