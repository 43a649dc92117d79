/** Storage type of the weights of an exported model: floats of 32 or 16 bits, or quantized to 8 or 4 bits. */
export type ExportDtype = 'f32' | 'f16' | 'q8' | 'q4';

/** The file of a storage type. */
export interface ExportedFileName {
  /** Path in the folder, as transformers.js looks for it. */
  readonly file: string;
  /** Name of the type in transformers.js. */
  readonly transformersDtype: string;
}

/** The files that `exportOnnx` writes, by storage type. */
export const exportedFiles: Readonly<Record<ExportDtype, ExportedFileName>> = {
  f32: { file: 'onnx/model.onnx', transformersDtype: 'fp32' },
  f16: { file: 'onnx/model_fp16.onnx', transformersDtype: 'fp16' },
  q8: { file: 'onnx/model_quantized.onnx', transformersDtype: 'q8' },
  q4: { file: 'onnx/model_q4.onnx', transformersDtype: 'q4' },
};
