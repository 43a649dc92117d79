import {
  binaryFunctions,
  derivative,
  type Expression,
  inputsOf,
  largestPart,
  replacePart,
  Scalar,
  scalarInput,
  substitute,
  unaryFunctions,
} from '../graph/expression.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { defineOperation, type NumericArray, type Operation } from '../graph/operation.ts';
import { broadcastShapes, type DimValues, dimValue, type Shape, sameShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { sumTo } from './reduce.ts';

export interface ElementwiseAttributes {
  /** For error messages and kernel labels; carries no meaning. */
  readonly label: string;
  readonly expression: Expression;
  /** The result's shape: what the inputs broadcast to, or larger. */
  readonly shape: Shape;
}

/** Every elementwise operation: one expression over inputs that broadcast. */
export const elementwiseOperation: Operation<ElementwiseAttributes> = defineOperation<ElementwiseAttributes>({
  name: 'elementwise',
  outputs: (_, { shape }) => [{ shape, dtype: 'f32' }],
  gradient: ({ inputs, attributes, gradients: [dy], wanted }) =>
    inputs.map((input, i) => {
      if (!wanted[i] || !dy) return undefined;
      const slope = derivative(attributes.expression, i);
      if (slope.expression.kind === 'constant' && slope.expression.value === 0) return undefined;
      const label = `${attributes.label}Gradient`;
      const product = elementwise(label, [...inputs, dy], (...x) => slope.times(x.at(-1) as Scalar));
      return sumTo(product, input.shape);
    }),
  reference({ inputs, outputs: [y], inputShapes, outputShapes: [shape], attributes, dims }) {
    const out = y as NumericArray;
    const wide = inputs.map((x, i) => stretch(x, inputShapes[i] as number[], shape as number[]));
    const result = evaluate(attributes.expression, wide, dims, out.length);
    if (typeof result === 'number') out.fill(result);
    else out.set(result);
  },
  onnx: ({ inputs, node, attributes, emit }) => {
    const value = lower(attributes.expression, inputs, emit);
    const natural = node.inputs.map((t) => t.shape).reduce<Shape>(broadcastShapes, []);
    return [
      sameShape(natural, attributes.shape)
        ? value
        : emit.node('Expand', [value, emit.dims(attributes.shape)]),
    ];
  },
});

/** With its result, an operation of so many inputs takes all buffers that every WebGPU adapter can bind to a kernel. */
const inputLimit = 7;

/**
 * Applies an expression to tensors that broadcast. The same tensor given twice becomes one input, a constant tensor
 * becomes a constant of the expression, and an expression that is just one of the inputs returns that input. Of more
 * inputs than one operation can have, some are combined first.
 *
 * @param shape at least this shape; by default what the inputs broadcast to
 */
export function elementwise(
  label: string,
  inputs: readonly Tensor[],
  build: (...x: Scalar[]) => Scalar,
  shape: Shape = [],
): Tensor {
  const full = inputs.map((t) => t.shape).reduce<Shape>(broadcastShapes, shape);
  const constants = inputs.map((t, i) => constantOf(t) ?? scalarInput(i));
  const { expression } = substitute(build(...inputs.map((_, i) => scalarInput(i))).expression, constants);
  const kept = [...new Set([...inputsOf(expression)].map((i) => inputs[i] as Tensor))];
  if (expression.kind === 'input' && kept[0] && sameShape(kept[0].shape, full)) return kept[0];
  const places = inputs.map((t) => scalarInput(kept.indexOf(t)));
  const own = substitute(expression, places).expression;
  const part = kept.length > inputLimit ? largestPart(own, inputLimit) : undefined;
  if (!part) return apply(elementwiseOperation, kept, { label, expression: own, shape: full });
  const combined = elementwise(label, kept, () => new Scalar(part));
  const rest = replacePart(own, part, scalarInput(kept.length).expression);
  return elementwise(label, [...kept, combined], () => new Scalar(rest), full);
}

/** The value of a tensor that holds one known number, whatever it was computed from; undefined for others. */
export function constantValue(tensor: Tensor): number | undefined {
  const expression = constantOf(tensor)?.expression;
  return expression?.kind === 'constant' ? expression.value : undefined;
}

function constantOf(tensor: Tensor): Scalar | undefined {
  if (tensor.node.operation !== (elementwiseOperation as unknown) || tensor.node.inputs.length > 0)
    return undefined;
  return new Scalar((tensor.node.attributes as ElementwiseAttributes).expression);
}

/** An input's value for every element of `shape`. */
function stretch(x: NumericArray, from: readonly number[], shape: readonly number[]): NumericArray | number {
  const size = shape.reduce((a, b) => a * b, 1);
  if (x.length === size) return x;
  if (x.length === 1) return x[0] as number;
  const result = new Float64Array(size);
  const lead = shape.length - from.length;
  for (let index = 0; index < size; index++) {
    let rest = index;
    let offset = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= lead; axis--) {
      const dim = shape[axis] as number;
      const own = from[axis - lead] as number;
      if (own > 1) offset += (rest % dim) * stride;
      stride *= own;
      rest = Math.floor(rest / dim);
    }
    result[index] = x[offset] as number;
  }
  return result;
}

/** The expression over whole arrays, one node at a time. */
function evaluate(
  e: Expression,
  inputs: readonly (NumericArray | number)[],
  dims: DimValues,
  size: number,
): NumericArray | number {
  switch (e.kind) {
    case 'input':
      return inputs[e.index] as NumericArray | number;
    case 'constant':
      return e.value;
    case 'dim':
      return dimValue(e.dim, dims);
    case 'unary': {
      const fn = unaryFunctions[e.fn];
      const x = evaluate(e.x, inputs, dims, size);
      if (typeof x === 'number') return fn(x);
      const result = new Float64Array(size);
      for (let i = 0; i < size; i++) result[i] = fn(x[i] as number);
      return result;
    }
    case 'binary': {
      const fn = binaryFunctions[e.fn];
      const x = evaluate(e.x, inputs, dims, size);
      const y = evaluate(e.y, inputs, dims, size);
      if (typeof x === 'number' && typeof y === 'number') return fn(x, y);
      const result = new Float64Array(size);
      for (let i = 0; i < size; i++)
        result[i] = fn(
          typeof x === 'number' ? x : (x[i] as number),
          typeof y === 'number' ? y : (y[i] as number),
        );
      return result;
    }
  }
}

const onnxNames: Record<string, string> = {
  negate: 'Neg',
  exp: 'Exp',
  log: 'Log',
  tanh: 'Tanh',
  sqrt: 'Sqrt',
  abs: 'Abs',
  erf: 'Erf',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  relu: 'Relu',
  reciprocal: 'Reciprocal',
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
};

function lower(e: Expression, inputs: readonly OnnxValue[], emit: OnnxEmitter): OnnxValue {
  switch (e.kind) {
    case 'input':
      return inputs[e.index] as OnnxValue;
    case 'constant':
      return emit.scalar(e.value);
    case 'dim':
      return emit.host({ kind: 'dim', dim: e.dim });
    case 'unary': {
      const x = lower(e.x, inputs, emit);
      if (e.fn !== 'step') return emit.node(onnxNames[e.fn] as string, [x]);
      const below = emit.node('LessOrEqual', [x, emit.scalar(0)]);
      return emit.node('Cast', [emit.node('Not', [below])], { to: 1 });
    }
    case 'binary': {
      const operands = [lower(e.x, inputs, emit), lower(e.y, inputs, emit)];
      if (e.fn === 'maximum') return emit.node('Max', operands);
      if (e.fn === 'minimum') return emit.node('Min', operands);
      if (e.fn === 'greater') return emit.node('Cast', [emit.node('Greater', operands)], { to: 1 });
      return emit.node(onnxNames[e.fn] as string, operands);
    }
  }
}
