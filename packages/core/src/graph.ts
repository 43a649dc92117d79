// Tensors, operations, gradients, kernels, and the interfaces through which devices compile them.
export { gradients } from './autodiff/gradient.ts';
export type {
  CompileOptions,
  Program,
  ProgramStatistics,
  UploadOptions,
} from './devices/device.ts';
export { environment } from './devices/environment.ts';
export { measureMemory } from './devices/memory.ts';
export { deviceChoices } from './devices/request.ts';
export { WebGPUDevice } from './devices/webgpu/device.ts';
export type { Peaks } from './devices/webgpu/peaks.ts';
export { countWork, type KernelWork } from './devices/webgpu/plan/work.ts';
export { type KernelVariant, kernelVariants, supportedVariants } from './devices/webgpu/profile.ts';
export type { GpuProgram } from './devices/webgpu/program.ts';
export type { Clock } from './devices/webgpu/timing.ts';
export {
  readTuning,
  type StruckKernel,
  type TunedProduct,
  type TuningRecord,
} from './devices/webgpu/tune/record.ts';
export type { Alias } from './graph/alias.ts';
export { bindFeeds, type FeedPlan, planFeeds } from './graph/feeds.ts';
export type { OnnxFace, WgslFace, WgslForm } from './graph/function-faces.ts';
export { type Graph, graphInputs, topologicalOrder, type Update } from './graph/graph.ts';
export * from './graph/kernel.ts';
export * from './graph/launch.ts';
export { exactVariable, input, leafOf, variable } from './graph/leaves.ts';
export type {
  HostValue,
  OnnxAttribute,
  OnnxBlocks,
  OnnxEmitter,
  OnnxValue,
  ScanValues,
} from './graph/onnx.ts';
export { type MatmulTile, type Product, productName, tileName } from './graph/product.ts';
export {
  type BinaryFunction,
  type Expression,
  Scalar,
  scalarConstant,
  scalarDim,
  type UnaryFunction,
} from './graph/scalar.ts';
export {
  broadcastShapes,
  concreteShape,
  type Dim,
  type DimValues,
  dimOf,
  dimValue,
  fixedDim,
  matrixOf,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from './graph/shape.ts';
export * from './graph/tensor.ts';
export type { Mapped } from './graph/tuple.ts';
export {
  forEachRow,
  type Line,
  largestOf,
  lines,
  softmaxOf,
  sumOf,
  type Values,
  zeros,
} from './graph/values.ts';
export { f32Literal, unroll, wgsl } from './graph/wgsl.ts';
export { type AttentionOptions, type RelativePositions, relativeBuckets } from './ops/attention.ts';
export { randomInput, randomState } from './ops/dropout.ts';
export { sumTo } from './ops/elementwise.ts';
export { activations } from './ops/named-activations.ts';
export * from './ops/operations.ts';
export { type StoredPart, storedPart } from './ops/pack.ts';
export { largestMask } from './ops/top-mask.ts';
export { type AdamWOptions, adamW, adamWDefaults, adamWRates } from './optim/adamw.ts';
export { clipFactor, globalNorm } from './optim/clip.ts';
export { linearSchedule } from './optim/schedule.ts';
export { dropoutThreshold, fillMaskRow, type RandomState } from './random/dropout-mask.ts';
export { RandomStream, seedKey } from './random/streams.ts';
