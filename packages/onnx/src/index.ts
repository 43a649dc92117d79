export { OnnxDevice, type OnnxDeviceOptions, requestOnnxDevice } from './device.ts';
export type { ExportDtype } from './export/dtypes.ts';
export { OnnxExportError } from './export/errors.ts';
export { type ExportOnnxOptions, exportOnnx } from './export/export-onnx.ts';
export { loadRuntime, type Runtime, type RuntimeName, type WasmPaths } from './runtime.ts';
