import { q4, q8 } from './quantized-formats.ts';
import { f16, f32, type WeightFormat } from './weight-format.ts';

/** Storage type of the weights of an exported model: floats of 32 or 16 bits, or quantized to 8 or 4 bits. */
export type ExportDtype = 'f32' | 'f16' | 'q8' | 'q4';

interface ExportKind {
  /** Name of the file in the folder, as transformers.js looks for it. */
  readonly file: string;
  /** Name of the type in transformers.js. */
  readonly transformersDtype: string;
  readonly format: WeightFormat;
}

/** The types with their files. */
export const exportKinds: Readonly<Record<ExportDtype, ExportKind>> = {
  f32: { file: 'onnx/model.onnx', transformersDtype: 'fp32', format: f32 },
  f16: { file: 'onnx/model_fp16.onnx', transformersDtype: 'fp16', format: f16 },
  q8: { file: 'onnx/model_quantized.onnx', transformersDtype: 'q8', format: q8 },
  q4: { file: 'onnx/model_q4.onnx', transformersDtype: 'q4', format: q4 },
};
