// What an operation is written with, in core or in a package of one's own: `@scalearn/core/graph`.
export type { Alias } from './graph/alias.ts';
export {
  type ArrayInput,
  type ArrayOutput,
  defineKernel,
  type Groups,
  type InputKind,
  type IntegerInput,
  type Kernel,
  type KernelProfile,
  type Lanes,
  type OutputKind,
  type Size,
  type ValuesInput,
  type ValuesOutput,
} from './graph/kernel.ts';
export {
  constantSize,
  eachItem,
  elements,
  groupsFor,
  type LaunchArguments,
  lanesOf,
  launch,
  rowItems,
  rowsOf,
  widthOf,
} from './graph/launch.ts';
export type { HostValue, OnnxAttribute, OnnxEmitter, OnnxValue } from './graph/onnx.ts';
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
export type { Requirement } from './graph/tensor.ts';
export {
  apply,
  applyAll,
  type DType,
  defineOperation,
  type ElementwiseForm,
  type GradientCall,
  type Launch,
  type LeafAttributes,
  type MaskForm,
  type Node,
  type OnnxCall,
  type Operation,
  type ReferenceCall,
  type RowWise,
  type Temporary,
  type Tensor,
  type Tensors,
  type TensorType,
  type Traits,
  type Value,
  type WgslCall,
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
export { sumTo } from './ops/elementwise.ts';
export { broadcastTo, elementwise } from './ops/operations.ts';
