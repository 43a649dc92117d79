import { type Encoder, type FileSet, mergeSnapshot, TrainedModel } from '@scalearn/core';
import { hubHeadConfig, stableStringify } from '@scalearn/core/methods';
import { calibrationConfig, type ExportCalibration } from './calibration.ts';
import { classifierModel } from './classifier-model.ts';
import { type ExportDtype, exportedFiles } from './dtypes.ts';
import { OnnxExportError } from './errors.ts';

export interface ExportOnnxOptions {
  /**
   * Storage types of the weights, one file for each; `f32` by default. `f16` stores matrices as f16 and halves the
   * file. `q8` and `q4` quantize matrices to 8 and 4 bits, which changes the logits. `q8` computes large products in
   * whole numbers; everything else is computed in f32. `q4` uses an operator of ONNX Runtime, and only this runs it.
   */
  readonly dtypes?: readonly ExportDtype[];
  /**
   * Temperature and threshold of the task. The exported file divides the logits by the temperature, so that a softmax
   * gives calibrated probabilities. `config.json` has the threshold of a multi-label task. Default: no calibration.
   */
  readonly calibration?: ExportCalibration;
}

/**
 * Exports a model as an ONNX file with its `config.json`, in the folder layout of transformers.js. The caller must add
 * the tokenizer's files. The ONNX file takes `input_ids`, `attention_mask` and, if the encoder uses them,
 * `token_type_ids`, int64 `[batch, sequence]`. Every row must have a token. It returns `logits` f32 `[batch, labels]`.
 * A sum of adapters is merged into one first.
 *
 * @param model a model for one task; use `model.for(id)` if it has several
 * @throws OnnxExportError for multiple choice, a calibration that the task cannot have, weights of more than 2 GiB, and encoders without a Hugging Face
 *   configuration; ArgumentError for a model of several tasks
 */
export async function exportOnnx(
  model: TrainedModel,
  { dtypes = ['f32'], calibration = {} }: ExportOnnxOptions = {},
): Promise<FileSet> {
  const { encoder, task } = model;
  const { hubConfig } = encoder;
  const { problem, labels } = task;
  if (problem === 'multipleChoice')
    throw new OnnxExportError(
      `${task.id} chooses between several texts; only classifiers and regressions of single rows can be exported`,
    );
  if (!hubConfig)
    throw new OnnxExportError(`the encoder '${encoder.name}' has no Hugging Face configuration to export`);
  const calibrated = calibrationConfig(task, calibration);
  const snapshot = await model.snapshot();
  const mergeable = snapshot.method.merge && snapshot.tasks.length === 1;
  using merged = mergeable
    ? await TrainedModel.fromSnapshot(encoder, mergeSnapshot(snapshot), task)
    : undefined;
  const graph = (merged ?? model).graph();
  const files: Record<string, Uint8Array | string> = {};
  for (const dtype of dtypes)
    files[exportedFiles[dtype].file] = await classifierModel(graph, {
      firstPosition: firstPosition(encoder),
      dtype,
      temperature: calibration.temperature,
    });
  const [first = 'f32'] = dtypes;
  const config = {
    ...hubConfig,
    ...hubHeadConfig({ problem, labels, outputs: labels?.length ?? 1 }, encoder.architecture),
    ...(Object.keys(calibrated).length > 0 ? { calibration: calibrated } : {}),
    // The file that transformers.js opens by default. Without this, a page would look for a quantized file.
    'transformers.js_config': { dtype: exportedFiles[first].transformersDtype },
  };
  return { ...files, 'config.json': stableStringify(config) };
}

/** Returns the encoder's position of the first token, by encoding a text. */
function firstPosition(encoder: Encoder): number {
  const { positionIds } = encoder.feeds([{ inputIds: [0], tokenTypeIds: [0] }]);
  return positionIds?.[0] ?? 0;
}
