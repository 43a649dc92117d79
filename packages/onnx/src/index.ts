export { OnnxDevice, type OnnxDeviceOptions, type OnnxPrecision, requestOnnxDevice } from './device.ts';
export type { ExportCalibration } from './export/calibration.ts';
export { type ExportDtype, type ExportedFileName, exportedFiles } from './export/dtypes.ts';
export { OnnxExportError } from './export/errors.ts';
export { type ExportOnnxOptions, exportOnnx } from './export/export-onnx.ts';
export { type ExportTogetherOptions, exportTogether } from './export/export-together.ts';
export {
  type ExportedFile,
  type ExportedFileOptions,
  type ExportedPredictOptions,
  openExportedFile,
} from './export/exported-file.ts';
export { type Int8Gain, measureInt8 } from './frozen/gain.ts';
export { loadRuntime, type Runtime, type RuntimeName, type WasmPaths } from './runtime.ts';
