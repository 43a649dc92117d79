export { OnnxDevice, type OnnxDeviceOptions, requestOnnxDevice } from './device.ts';
export { loadRuntime, type Runtime, type RuntimeName, type WasmPaths } from './runtime.ts';
