import type { FileSet, TrainedModel } from '@scalearn/core';
import type { ExportCalibration } from './calibration.ts';
import { classifierModel } from './classifier-model.ts';
import type { ExportDtype } from './dtypes.ts';
import { exportedFolder, exportedModel, firstPosition } from './exported-model.ts';

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
 * @throws OnnxExportError for multiple choice, a calibration that the task cannot have, weights of more than 2 GiB, and
 *   encoders without a Hugging Face configuration; ArgumentError for a model of several tasks
 */
export async function exportOnnx(
  model: TrainedModel,
  { dtypes = ['f32'], calibration = {} }: ExportOnnxOptions = {},
): Promise<FileSet> {
  const { encoder } = model;
  using exported = await exportedModel(model, calibration);
  const { graph, temperature, config } = exported;
  const encode = (dtype: ExportDtype): Promise<Uint8Array> =>
    classifierModel(graph, { firstPosition: firstPosition(encoder), dtype, temperature });
  return await exportedFolder(encoder, dtypes, encode, config);
}
