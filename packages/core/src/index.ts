export { gradients } from './autodiff/gradient.ts';
export type {
  CompileOptions,
  Device,
  DeviceTensor,
  Disposes,
  HostArray,
  MemoryUse,
  Program,
  ProgramStatistics,
  UploadOptions,
} from './devices/device.ts';
export { measureMemory } from './devices/memory.ts';
export { ReferenceDevice } from './devices/reference.ts';
export {
  type DeviceChoice,
  deviceChoices,
  type RequestDeviceOptions,
  requestDevice,
} from './devices/request.ts';
export { type AdapterDescription, listAdapters } from './devices/webgpu/adapter.ts';
export { requestWebGPUDevice, WebGPUDevice, type WebGPUOptions } from './devices/webgpu/device.ts';
export { type KernelVariant, kernelVariants, supportedVariants } from './devices/webgpu/profile.ts';
export * from './errors.ts';
export type { Dtype, TensorInfo } from './files/dtype.ts';
export {
  ModelFileError,
  SafetensorsError,
  type SafetensorsReason,
  TorchFileError,
  type TorchFileReason,
} from './files/errors.ts';
export {
  JsonFields,
  type JsonRule,
  jsonBoolean,
  jsonCount,
  jsonExactly,
  jsonList,
  jsonNumber,
  jsonNumberIn,
  jsonObject,
  jsonOneOf,
  jsonOr,
  jsonOrNull,
  jsonRecord,
  jsonShallow,
  jsonShape,
  jsonText,
} from './files/json-fields.ts';
export { openTensors } from './files/open-tensors.ts';
export { bytesSource, type RandomAccess } from './files/random-access.ts';
export type { TensorEntry } from './files/safetensors/header.ts';
export { openShards, parseShardIndex, type ShardIndex } from './files/safetensors/index-file.ts';
export {
  openSafetensors,
  parseSafetensors,
  type Safetensors,
} from './files/safetensors/reader.ts';
export { safetensorsParts, writeSafetensors } from './files/safetensors/writer.ts';
export { shown, shownList } from './files/shown.ts';
export type { TensorReader } from './files/tensor-reader.ts';
export type { TensorToWrite } from './files/tensor-to-write.ts';
export { openTorchFile } from './files/torch/reader.ts';
export { writeTorchFile } from './files/torch/writer.ts';
export { bindFeeds, type FeedPlan, planFeeds } from './graph/feeds.ts';
export { type Graph, graphInputs, topologicalOrder, type Update } from './graph/graph.ts';
export { input, leafOf, variable } from './graph/leaves.ts';
export type { HostValue, OnnxAttribute, OnnxEmitter, OnnxValue } from './graph/onnx.ts';
export { concreteShape, type Dim, type DimValues, dimValue, type Shape, sameShape } from './graph/shape.ts';
export type { DType, Node, Tensor, TensorType } from './graph/tensor.ts';
export { defineOperation, type Operation } from './graph/tensor.ts';
export { f32ToF16 } from './half.ts';
export {
  type Adapter,
  type AdapterLayer,
  type AdapterSource,
  adapterKeys,
  adapterOf,
  adapterWidth,
  describeAdapter,
  nonLinearity,
} from './methods/adapter.ts';
export {
  type AdapterConfig,
  adapterNameOf,
  checkAdapterName,
  parseAdapterConfig,
  pfeifferConfig,
} from './methods/adapter-config.ts';
export { adapterFiles } from './methods/adapter-files.ts';
export { kindOfAdapter } from './methods/adapter-kind.ts';
export { readAdapter } from './methods/adapter-reader.ts';
export {
  type BottleneckOptions,
  bottleneck,
  nonLinearityOption,
  reductionFactorOption,
} from './methods/bottleneck.ts';
export {
  bottleneckReader,
  checkAdapterFits,
  readAdapterFolder,
  storedAdapter,
} from './methods/bottleneck-reader.ts';
export { controlAdapter, type SourceControl, sourceControls } from './methods/controls.ts';
export {
  defineMethod,
  type MethodDefinition,
  type MethodReference,
  type TrainedPart,
} from './methods/definition.ts';
export { coreMethods } from './methods/definitions.ts';
export { fileFault } from './methods/file-fault.ts';
export { mergeAdapters } from './methods/merge.ts';
export type {
  FileSet,
  FrozenSpec,
  Method,
  MethodCall,
  MethodDefaults,
  MethodKind,
  MethodTarget,
  SaveCall,
} from './methods/method.ts';
export {
  checkOptions,
  type MethodOption,
  type MethodOptions,
  type OptionRange,
  type OptionType,
  type OptionValue,
  type OptionValues,
  optionTakes,
  type SettledValues,
  settleOptions,
  whatOptionTakes,
} from './methods/method-option.ts';
export {
  type MethodReader,
  type ModelFolder,
  type ReadTarget,
  requiredFile,
  type StoredMethod,
} from './methods/model-folder.ts';
export {
  checkFileTarget,
  checkNamedEncoder,
  commonKeys,
  sortedJson,
} from './methods/model-json.ts';
export { scalearn } from './methods/scalearn.ts';
export {
  type ScalearnOptions,
  type ScalearnSettings,
  type ScalearnVariant,
  scalearnVariants,
} from './methods/scalearn-settings.ts';
export { readSourceFolders } from './methods/sources-reader.ts';
export { checkSources, type SourceStack, stackSources } from './methods/stack-sources.ts';
export { type OpenTensorFile, openTensorFile, tensorFiles } from './methods/tensor-files.ts';
export { checkEncoder, encoderMetadata, readTrainedTensors } from './methods/trained-tensors.ts';
export {
  type EncoderArchitecture,
  type EncoderModules,
  type LayerModule,
  modulePath,
} from './nn/architecture.ts';
export { createDropout, type Dropout } from './nn/dropout.ts';
export type { EncodedText, Encoder, TruncationOptions } from './nn/encoder.ts';
export type { EncoderConfig } from './nn/encoder-config.ts';
export type { EncoderCall, EncoderGraph } from './nn/encoder-graph.ts';
export { createHead, type Head, type HeadOptions, type Problem, type SavedHead } from './nn/head.ts';
export { linearParameters, type NamedTensor, type ParameterSpec, Parameters } from './nn/parameters.ts';
export type { FeedForwardOutput, LayerSite, Sites } from './nn/sites.ts';
export { type DenseHeadOptions, denseHead, type StaticHead, type StaticHeadCall } from './nn/static-head.ts';
export { randomInput, randomState } from './ops/dropout.ts';
export { activations } from './ops/named-activations.ts';
export {
  add,
  attention,
  binaryCrossEntropyWithLogits,
  concat,
  constant,
  crossEntropy,
  divide,
  dropout,
  embedding,
  exp,
  gelu,
  geluTanh,
  layerNorm,
  linear,
  matmul,
  mean,
  meanSquaredError,
  multiply,
  relu,
  reshape,
  scale,
  selectFirst,
  selectTokens,
  sigmoid,
  softmax,
  split,
  square,
  subtract,
  sum,
  tanh,
  topMask,
  transpose,
} from './ops/operations.ts';
export { type StoredPart, storedPart } from './ops/pack.ts';
export { largestMask } from './ops/top-mask.ts';
export { type AdamWOptions, adamW, adamWDefaults, adamWRates } from './optim/adamw.ts';
export { clipFactor, globalNorm } from './optim/clip.ts';
export { linearSchedule } from './optim/schedule.ts';
export { dropoutThreshold, type RandomState } from './random/dropout-mask.ts';
export { RandomStream, seedKey } from './random/streams.ts';
export { type EncodedExample, encodeExamples, epochBatches, largestBatch } from './training/batches.ts';
export type { CheckpointStore } from './training/checkpoint.ts';
export { CheckpointWriter } from './training/checkpoint-writer.ts';
export { type ClassWeights, checkClassWeights } from './training/class-weights.ts';
export {
  type EarlyStoppingState,
  earlyStoppingStart,
  exhausted,
  observe,
} from './training/early-stopping.ts';
export type { EpochRecord, Phase, ProgressEvent, TaskRecord, TrainEvent } from './training/events.ts';
export type { GraphParts } from './training/forward.ts';
export { hubHeadConfig } from './training/hub-head.ts';
export { inTurns, runInOrder, stepsUntil, type TurnOptions } from './training/loop.ts';
export { TrainableModel, type TrainableModelOptions } from './training/model.ts';
export { checkTasks, type TrainOptions } from './training/options.ts';
export { EpochOrder } from './training/order.ts';
export type { Answers, Predictions } from './training/predict.ts';
export { DivergedError, InterruptedError } from './training/run.ts';
export {
  type ModelSnapshot,
  mergeSnapshot,
  modelFromSnapshot,
  onlyHead,
  readSnapshot,
  snapshotFiles,
} from './training/snapshot.ts';
export {
  anyNumber,
  CheckpointError,
  decodeState,
  encodeState,
  OtherSettingsError,
  type RunSettings,
  type StateFile,
} from './training/state-file.ts';
export { type OptimiserOptions, optimiserFeeds, trainingGraph } from './training/step.ts';
export {
  findByName,
  type TaskShape,
  type TrainingExample,
  type TrainingTask,
  taskName,
} from './training/task.ts';
export { taskHead, train } from './training/train.ts';
export { type PredictOptions, TrainedModel } from './training/trained-model.ts';
export { type TrainingNumbers, type TrainingOption, trainingOptions } from './training/training-options.ts';
