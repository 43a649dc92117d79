import { at } from '../elements.ts';
import { ShapeError } from '../errors.ts';
import { derivative, inputsOf, largestPart, replacePart, substitute } from '../graph/expression.ts';
import type { OnnxFace } from '../graph/function-faces.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { type Expression, Scalar, scalarInput } from '../graph/scalar.ts';
import {
  broadcastShapes,
  type DimValues,
  dimValue,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from '../graph/shape.ts';
import {
  apply,
  defineOperation,
  type ElementwiseForm,
  type Operation,
  type Tensor,
} from '../graph/tensor.ts';
import { type Mapped, mapTuple } from '../graph/tuple.ts';
import { type Values, zeros } from '../graph/values.ts';
import { launchReduce } from './reduce/kernels.ts';
import { reshape } from './reshape.ts';

/** The operation behind all elementwise functions: an expression over inputs that broadcast. */
export const elementwiseOperation: Operation<readonly Tensor[], ElementwiseForm, [y: Tensor]> =
  defineOperation({
    name: 'elementwise',
    elementwise: (form) => form,
    rowWise: ({ inputs, attributes }) => ({
      byRow: inputs.map(
        ({ shape }) => shape.length === attributes.shape.length && shape[0] === attributes.shape[0],
      ),
      withRows: (rows) => ({ ...attributes, shape: [rows, ...attributes.shape.slice(1)] }),
    }),
    outputs: (_, { shape }) => [{ shape, dtype: 'f32' }],
    gradient: ({ inputs, attributes, gradients: [dy], wanted }) =>
      inputs.map((input, i) => {
        if (!wanted[i]) return undefined;
        const slope = derivative(attributes.expression, i);
        if (slope.expression.kind === 'constant' && slope.expression.value === 0) return undefined;
        const label = `${attributes.label}Gradient`;
        const product = elementwise(label, [...inputs, dy], () => slope.times(scalarInput(inputs.length)));
        return sumTo(product, input.shape);
      }),
    reference({ inputs, outputs: [y], attributes, dims }) {
      const wide = inputs.map((x) => stretch(x, y.shape));
      const result = evaluate(attributes.expression, wide, dims, y.length);
      if (typeof result === 'number') y.array.fill(result);
      else y.copy(0, result);
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

/** Limit of inputs. With the result, they use all eight buffers that every WebGPU adapter can bind to a kernel. */
const inputLimit = 7;

/**
 * Applies an expression to tensors that broadcast. A tensor given twice becomes one input. A constant tensor becomes a
 * constant of the expression. An expression that is only one of the inputs returns that input. If there are more inputs
 * than one operation can have, some are combined first.
 *
 * @param build builds the expression from one scalar for each input
 * @param shape a shape to broadcast to; by default the broadcast shape of the inputs
 */
export function elementwise<const I extends readonly Tensor[]>(
  label: string,
  inputs: I,
  build: (...x: Mapped<I, Scalar>) => Scalar,
  shape: Shape = [],
): Tensor {
  const full = inputs.map((t) => t.shape).reduce<Shape>(broadcastShapes, shape);
  const constants = inputs.map((t, i) => constantOf(t) ?? scalarInput(i));
  const built = build(...mapTuple(inputs, (_, i) => scalarInput(i)));
  const { expression } = substitute(built.expression, constants);
  const read = inputsOf(expression);
  const kept = [...new Set([...read].flatMap((i) => inputs[i] ?? []))];
  if (expression.kind === 'input' && kept[0] && sameShape(kept[0].shape, full)) return kept[0];
  const places = inputs.map((t) => scalarInput(kept.indexOf(t)));
  const own = substitute(expression, places).expression;
  const part = kept.length > inputLimit ? largestPart(own, inputLimit) : undefined;
  if (!part) return apply(elementwiseOperation, kept, { label, expression: own, shape: full });
  const combined = elementwise(label, kept, () => new Scalar(part));
  const rest = replacePart(own, part, scalarInput(kept.length).expression);
  return elementwise(label, [...kept, combined], () => new Scalar(rest), full);
}

export interface ReduceAttributes {
  /** The axes `begin … end - 1` are summed and kept with size 1. */
  readonly begin: number;
  readonly end: number;
}

/** Sum over neighboring axes, in ascending order of index: `[outer, axis, inner]` to `[outer, 1, inner]`. */
const reduceOperation = defineOperation<[x: Tensor], ReduceAttributes>({
  name: 'reduce',
  outputs: ([{ shape }], { begin, end }) => {
    if (begin < 0 || end > shape.length || begin >= end)
      throw new ShapeError(`cannot sum axes ${begin} to ${end - 1} of ${showShape(shape)}`);
    return [{ shape: shape.map((dim, i) => (i >= begin && i < end ? 1 : dim)), dtype: 'f32' }];
  },
  gradient: ({ inputs: [x], gradients: [dy] }) => [broadcastTo(dy, x.shape)],
  reference({ inputs: [x], outputs: [y], attributes: { begin, end } }) {
    const inner = sizeOf(x.shape.slice(end), {});
    const axis = sizeOf(x.shape.slice(begin, end), {});
    for (let i = 0; i < y.length; i++) {
      const start = Math.floor(i / inner) * axis * inner + (i % inner);
      let sum = 0;
      for (let k = 0; k < axis; k++) sum += x.get(start + k * inner);
      y.set(i, sum);
    }
  },
  onnx: ({ inputs: [x], attributes: { begin, end }, emit }) => {
    const axes = Array.from({ length: end - begin }, (_, i) => begin + i);
    return [emit.node('ReduceSum', [x, emit.ints(...axes)], { keepdims: 1 })];
  },
  wgsl: ({ inputs: [x], outputs: [y], attributes, profile }) => launchReduce(x, y, attributes, profile),
});

export function reduce(x: Tensor, begin: number, end: number): Tensor {
  return x.shape.slice(begin, end).every((dim) => dim === 1)
    ? x
    : apply(reduceOperation, [x], { begin, end });
}

/** Broadcasts x to a larger shape by NumPy's rule. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(broadcastShapes(x.shape, shape), x.shape)
    ? x
    : elementwise('broadcast', [x], (a) => a, shape);
}

/** Reverses broadcasting: sums x down to a shape that broadcasts to x's shape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const padded: Shape = [...Array<number>(lead).fill(1), ...shape];
  let result = x;
  for (let end = padded.length; end > 0; end--) {
    const stretched = (axis: number): boolean => padded[axis] === 1 && x.shape[axis] !== 1;
    if (!stretched(end - 1)) continue;
    let begin = end - 1;
    while (begin > 0 && (stretched(begin - 1) || (padded[begin - 1] === 1 && x.shape[begin - 1] === 1)))
      begin--;
    result = reduce(result, begin, end);
    end = begin + 1;
  }
  return reshape(result, shape);
}

/** Returns the value of a tensor that is filled with one known number; undefined for others. */
export function constantValue(tensor: Tensor): number | undefined {
  const expression = constantOf(tensor)?.expression;
  return expression?.kind === 'constant' ? expression.value : undefined;
}

function constantOf({ node }: Tensor): Scalar | undefined {
  const form = node.inputs.length === 0 ? node.operation.elementwise?.(node.attributes) : undefined;
  return form && new Scalar(form.expression);
}

/** Returns an input's value for every element of `shape`. */
function stretch(x: Values, shape: readonly number[]): Values | number {
  const size = shape.reduce((a, b) => a * b, 1);
  if (x.length === size) return x;
  if (x.length === 1) return x.get(0);
  const result = zeros(size);
  const axes = x.shape.length;
  for (let index = 0; index < size; index++) {
    let rest = index;
    let offset = 0;
    let stride = 1;
    for (let axis = 1; axis <= axes; axis++) {
      const dim = shape.at(-axis) ?? 1;
      const own = x.size(-axis);
      if (own > 1) offset += (rest % dim) * stride;
      stride *= own;
      rest = Math.floor(rest / dim);
    }
    result.set(index, x.get(offset));
  }
  return result;
}

/** Evaluates the expression on whole arrays, one node at a time. */
function evaluate(
  e: Expression,
  inputs: readonly (Values | number)[],
  dims: DimValues,
  size: number,
): Values | number {
  switch (e.kind) {
    case 'input':
      return at(inputs, e.index);
    case 'constant':
      return e.value;
    case 'dim':
      return dimValue(e.dim, dims);
    case 'unary': {
      const fn = e.fn.value;
      const x = evaluate(e.x, inputs, dims, size);
      if (typeof x === 'number') return fn(x);
      const result = zeros(size);
      for (let i = 0; i < size; i++) result.set(i, fn(x.get(i)));
      return result;
    }
    case 'binary': {
      const fn = e.fn.value;
      const x = evaluate(e.x, inputs, dims, size);
      const y = evaluate(e.y, inputs, dims, size);
      if (typeof x === 'number' && typeof y === 'number') return fn(x, y);
      const result = zeros(size);
      for (let i = 0; i < size; i++)
        result.set(i, fn(typeof x === 'number' ? x : x.get(i), typeof y === 'number' ? y : y.get(i)));
      return result;
    }
  }
}

function lower(e: Expression, inputs: readonly OnnxValue[], emit: OnnxEmitter): OnnxValue {
  switch (e.kind) {
    case 'input':
      return at(inputs, e.index);
    case 'constant':
      return emit.scalar(e.value);
    case 'dim':
      return emit.host({ kind: 'dim', dim: e.dim });
    case 'unary':
      return applied(e.fn.onnx, emit, lower(e.x, inputs, emit));
    case 'binary':
      return applied(e.fn.onnx, emit, lower(e.x, inputs, emit), lower(e.y, inputs, emit));
  }
}

function applied<X extends readonly OnnxValue[]>(face: OnnxFace<X>, emit: OnnxEmitter, ...x: X): OnnxValue {
  return typeof face === 'string' ? emit.node(face, x) : face(emit, ...x);
}
