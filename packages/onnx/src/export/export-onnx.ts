import { type Encoder, type FileSet, mergeSnapshot, TrainedModel } from '@scalearn/core';
import { hubHeadConfig, stableStringify } from '@scalearn/core/methods';
import { classifierModel } from './classifier-model.ts';
import { OnnxExportError } from './errors.ts';
import type { ExportDtype } from './stored-leaves.ts';

export interface ExportOnnxOptions {
  /**
   * How the weights are stored, `f32` by default; several give a file each. `f16` halves the file; matrices are stored so,
   * and everything is computed in f32 all the same.
   */
  readonly dtypes?: readonly ExportDtype[];
}

/** Names of the files and of the types in transformers.js. */
const kinds = {
  f32: { file: 'onnx/model.onnx', dtype: 'fp32' },
  f16: { file: 'onnx/model_fp16.onnx', dtype: 'fp16' },
} as const;

/**
 * A model as an ONNX file with its `config.json`, laid out as transformers.js reads a folder; the tokenizer's files are
 * to be added. The ONNX file takes `input_ids`, `attention_mask` and, where the encoder knows them, `token_type_ids`,
 * int64 `[batch, sequence]`, a token in every row, and gives `logits` f32 `[batch, labels]`. What is a sum of adapters is
 * merged into one first.
 *
 * @param model for one task: of several, `model.for(id)`
 * @throws OnnxExportError for multiple choice, weights of more than 2 GiB, and encoders without a Hugging Face
 *   configuration; ArgumentError for a model of several tasks
 */
export async function exportOnnx(
  model: TrainedModel,
  { dtypes = ['f32'] }: ExportOnnxOptions = {},
): Promise<FileSet> {
  const { encoder, task } = model;
  const { hubConfig } = encoder;
  const { problem, labels } = task;
  if (problem === 'multipleChoice')
    throw new OnnxExportError(
      `${task.id} chooses between several texts, which no classifier of single rows does`,
    );
  if (!hubConfig)
    throw new OnnxExportError(`the encoder '${encoder.name}' has no Hugging Face configuration to export`);
  const snapshot = await model.snapshot();
  const mergeable = snapshot.method.merge && snapshot.tasks.length === 1;
  using merged = mergeable
    ? await TrainedModel.fromSnapshot(encoder, mergeSnapshot(snapshot), task)
    : undefined;
  const graph = (merged ?? model).graph();
  const files: Record<string, Uint8Array | string> = {};
  for (const dtype of dtypes)
    files[kinds[dtype].file] = await classifierModel(graph, { firstPosition: firstPosition(encoder), dtype });
  const [first = 'f32'] = dtypes;
  const config = {
    ...hubConfig,
    ...hubHeadConfig({ problem, labels, outputs: labels?.length ?? 1 }, encoder.architecture),
    // Which file transformers.js opens where it is not told: in a page it would look for a quantized one.
    'transformers.js_config': { dtype: kinds[first].dtype },
  };
  return { ...files, 'config.json': stableStringify(config) };
}

/** The encoder alone knows where it begins to count. */
function firstPosition(encoder: Encoder): number {
  const { positionIds } = encoder.feeds([{ inputIds: [0], tokenTypeIds: [0] }]);
  return positionIds?.[0] ?? 0;
}
