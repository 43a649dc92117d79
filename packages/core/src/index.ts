export type {
  CompileOptions,
  Device,
  DeviceTensor,
  HostArray,
  MemoryUse,
  Program,
  ProgramStatistics,
  UploadOptions,
} from './devices/device.ts';
export { measureMemory } from './devices/memory.ts';
export { ReferenceDevice } from './devices/reference.ts';
export * from './errors.ts';
export { bindDimensions } from './graph/feeds.ts';
export { gradients } from './graph/gradient.ts';
export { type Graph, graphInputs, topologicalOrder, type Update } from './graph/graph.ts';
export { input, leafOf, variable } from './graph/leaves.ts';
export type { HostValue, OnnxAttribute, OnnxEmitter, OnnxValue } from './graph/onnx.ts';
export { defineOperation, type Operation } from './graph/operation.ts';
export { concreteShape, type Dim, type DimValues, dimValue, type Shape, sameShape } from './graph/shape.ts';
export type { DType, Node, Tensor, TensorType } from './graph/tensor.ts';
export { activations, gelu, geluTanh, relu, sigmoid, tanh } from './ops/activations.ts';
export { add, constant, divide, exp, multiply, scale, square, subtract } from './ops/arithmetic.ts';
export { attention } from './ops/attention.ts';
export { concat, split } from './ops/concat.ts';
export { dropout, randomInput, randomState } from './ops/dropout.ts';
export { embedding } from './ops/embedding.ts';
export { layerNorm } from './ops/layer-norm.ts';
export { binaryCrossEntropyWithLogits, crossEntropy, meanSquaredError } from './ops/losses.ts';
export { linear, matmul } from './ops/matmul.ts';
export { mean, sum } from './ops/reduce.ts';
export { reshape } from './ops/reshape.ts';
export { selectFirst } from './ops/select-first.ts';
export { softmax } from './ops/softmax.ts';
export { dropoutThreshold, type RandomState } from './random/dropout-mask.ts';
export { RandomStream } from './random/streams.ts';
