// The building blocks of methods, heads, encoders and training loops.

export { checkOptionNames, hasFunctions } from './arguments.ts';
export {
  type AdapterLayer,
  adapterKeys,
  adapterWidth,
  nonLinearity,
} from './methods/adapter.ts';
export {
  type AdapterConfig,
  adapterNameOf,
  checkAdapterName,
  parseAdapterConfig,
  pfeifferConfig,
} from './methods/adapter-config.ts';
export { adapterMisfit } from './methods/adapter-fit.ts';
export { readAdapter } from './methods/adapter-reader.ts';
export { nonLinearityOption, reductionFactorOption } from './methods/bottleneck.ts';
export { bottleneckReader, checkAdapterFits, storedAdapter } from './methods/bottleneck-reader.ts';
export { controlAdapter, sourceControls } from './methods/controls.ts';
export * from './methods/definition.ts';
export { coreMethods } from './methods/definitions.ts';
export { type LoraConfig, parseLoraConfig } from './methods/lora/config.ts';
export { barePath, loraScaling } from './methods/lora/lora-adapter.ts';
export { sumLoras } from './methods/lora/merge-loras.ts';
export type { FrozenSpec, MethodCall, MethodTarget, SaveCall } from './methods/method.ts';
export {
  fileFault,
  type MethodReader,
  type ReadTarget,
  requiredFile,
  type StoredMethod,
} from './methods/model-folder.ts';
export { checkFileTarget, checkNamedEncoder, modelMetadata, stableStringify } from './methods/model-json.ts';
export * from './methods/option-definition.ts';
export type { ScalearnSettings } from './methods/scalearn-settings.ts';
export { adaptersOf, describeAdapter, isLora, lorasOf, sourcesOf } from './methods/source.ts';
export { sourceFiles } from './methods/source-files.ts';
export { readSourceFolders, storedSource } from './methods/sources-reader.ts';
export { checkSources, type SourceStack, stackSources } from './methods/stack-sources.ts';
export { type FolderTensors, openFolderTensors, tensorFiles } from './methods/tensor-files.ts';
export { checkEncoder, encoderMetadata, readTrainedTensors } from './methods/trained-tensors.ts';
export { type EncodedExample, encodeExamples, largestBatch } from './model/batches.ts';
export type { GraphParts } from './model/forward.ts';
export { hubHeadConfig } from './model/head-files.ts';
export { mapTimeSliced, type TimeSliceOptions } from './model/loop.ts';
export { modelFromSnapshot, singleHead } from './model/snapshot.ts';
export { findByName, taskName } from './model/task.ts';
export { TrainableModel, type TrainableModelOptions } from './model/trainable-model.ts';
export { type EncoderModules, type LayerModule, type LinearLayers, modulePath } from './nn/architecture.ts';
export { createDropout, type Dropout } from './nn/dropout.ts';
export type { TruncationOptions } from './nn/encoder.ts';
export type { EncoderCall, EncoderGraph } from './nn/encoder-graph.ts';
export { createHead, defaultPooling, type Head, type HeadOptions, type SavedHead } from './nn/head.ts';
export { linearParameters, type ParameterSpec, Parameters } from './nn/parameters.ts';
export type { FeedForwardOutput, LayerSite, LinearSite, Sites } from './nn/sites.ts';
export {
  type DenseHeadOptions,
  denseHead,
  type Pooling,
  poolings,
  type StaticHead,
  type StaticHeadCall,
} from './nn/static-head.ts';
export { checkClassWeights } from './training/class-weights.ts';
export { checkFinite, type StepPlan, type SteppedRun, trainInSteps } from './training/loop.ts';
export { checkTasks } from './training/options.ts';
export { EpochOrder } from './training/order.ts';
export {
  anyNumber,
  decodeState,
  encodeState,
  type RunSettings,
  type StateFile,
} from './training/state-file.ts';
export { type OptimizerOptions, optimizerFeeds, trainingGraph } from './training/step.ts';
export { type TrainingNumbers, type TrainingOption, trainingOptions } from './training/training-options.ts';
