import { ScalearnError } from '@scalearn/core';

/** Thrown when a model cannot be exported as one ONNX file. */
export class OnnxExportError extends ScalearnError {
  override name = 'OnnxExportError';
}
