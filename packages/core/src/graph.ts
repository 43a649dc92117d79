// What an operation is written with, in core or in a package of one's own: `@scalearn/core/graph`.
export type { Alias } from './graph/alias.ts';
export {
  type ArrayInput,
  type ArrayOutput,
  constantSize,
  defineKernel,
  eachItem,
  elements,
  type Groups,
  groupsFor,
  type InputKind,
  type IntegerInput,
  type Kernel,
  type KernelProfile,
  type Lanes,
  type Launch,
  type LaunchArguments,
  lanesOf,
  launch,
  type OutputKind,
  rowItems,
  rowsOf,
  type Size,
  type Temporary,
  type Value,
  type ValuesInput,
  type ValuesOutput,
  type WgslCall,
  widthOf,
} from './graph/kernel.ts';
export type { HostValue, OnnxAttribute, OnnxEmitter, OnnxValue } from './graph/onnx.ts';
export {
  defineOperation,
  type ElementwiseForm,
  type GradientCall,
  type MaskForm,
  type OnnxCall,
  type Operation,
  type ReferenceCall,
  type RowWise,
  type Tensors,
  type Traits,
} from './graph/operation.ts';
export type { Requirement } from './graph/requirements.ts';
export {
  type BinaryFunction,
  type Expression,
  type OnnxFace,
  Scalar,
  scalarConstant,
  scalarDim,
  type UnaryFunction,
  type WgslFace,
  type WgslForm,
} from './graph/scalar.ts';
export {
  broadcastShapes,
  type Dim,
  type DimValues,
  dimOf,
  fixedDim,
  matrixOf,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from './graph/shape.ts';
export {
  apply,
  applyAll,
  type DType,
  type LeafAttributes,
  type Node,
  type Tensor,
  type TensorType,
} from './graph/tensor.ts';
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
export { broadcastTo, elementwise } from './ops/operations.ts';
export { sumTo } from './ops/reduce.ts';
