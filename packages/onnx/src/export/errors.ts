import { ScalearnError } from '@scalearn/core';

/** A model that cannot be one ONNX file. */
export class OnnxExportError extends ScalearnError {
  override name = 'OnnxExportError';
}
