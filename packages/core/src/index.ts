// The API to train, evaluate and save models. Extensions use `@scalearn/core/graph` for tensors, operations and
// devices, `/methods` for methods and training loops, `/files` for files, and `/testing` for tests.

export type { Device, DeviceTensor, HostArray, MemoryUse, WeightStorage } from './devices/device.ts';
export { ReferenceDevice } from './devices/reference.ts';
export { type DeviceChoice, type RequestDeviceOptions, requestDevice } from './devices/request.ts';
export { type AdapterDescription, listAdapters } from './devices/webgpu/adapter.ts';
export {
  type Precision,
  requestWebGPUDevice,
  type TuningOptions,
  type WebGPUOptions,
} from './devices/webgpu/device.ts';
export type { TuningStore } from './devices/webgpu/tune/store.ts';
export * from './errors.ts';
export { ModelFileError, SafetensorsError, TorchFileError } from './files/errors.ts';
export type { Adapter } from './methods/adapter.ts';
export { adapterFiles } from './methods/adapter-files.ts';
export { type BottleneckOptions, bottleneck } from './methods/bottleneck.ts';
export { readAdapterFolder } from './methods/bottleneck-reader.ts';
export type { SourceControl } from './methods/controls.ts';
export { lora } from './methods/lora/lora.ts';
export type { LoraAdapter, LoraModule } from './methods/lora/lora-adapter.ts';
export type { LoraOptions } from './methods/lora/settings.ts';
export { mergeAdapters } from './methods/merge.ts';
export type { FileSet, Method, MethodDefaults, MethodKind } from './methods/method.ts';
export type { ModelFolder } from './methods/model-folder.ts';
export { scalearn } from './methods/scalearn.ts';
export { type ScalearnOptions, type ScalearnVariant, scalearnVariants } from './methods/scalearn-settings.ts';
export type { AdapterSource, SourceAdapter } from './methods/source.ts';
export { readSourceFolder } from './methods/sources-reader.ts';
export type { EpochRecord, TaskRecord } from './model/history.ts';
export type { ModelOutput, Predictions } from './model/predict.ts';
export type { Phase, ProgressEvent } from './model/progress.ts';
export { type ModelSnapshot, mergeSnapshot, readSnapshot, snapshotFiles } from './model/snapshot.ts';
export type { TaskShape, TrainingExample, TrainingTask } from './model/task.ts';
export { type PredictOptions, TrainedModel } from './model/trained-model.ts';
export type { EncoderArchitecture } from './nn/architecture.ts';
export type { EncodedText, Encoder } from './nn/encoder.ts';
export type { EncoderConfig } from './nn/encoder-config.ts';
export type { Problem } from './nn/head.ts';
export type { NamedTensor } from './nn/parameters.ts';
export type { CheckpointStore } from './training/checkpoint-writer.ts';
export type { ClassWeights } from './training/class-weights.ts';
export type { TrainEvent } from './training/events.ts';
export { DivergedError, InterruptedError } from './training/loop.ts';
export type { TrainOptions, TrainSettings } from './training/options.ts';
export { CheckpointError, OtherSettingsError } from './training/state-file.ts';
export { train } from './training/train.ts';
