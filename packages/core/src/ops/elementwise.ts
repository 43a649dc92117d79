import { at } from '../elements.ts';
import { derivative, inputsOf, largestPart, replacePart, substitute } from '../graph/expression.ts';
import type { OnnxEmitter, OnnxValue } from '../graph/onnx.ts';
import { defineOperation, type ElementwiseForm, type Operation } from '../graph/operation.ts';
import { type Expression, type OnnxFace, Scalar, scalarInput } from '../graph/scalar.ts';
import { broadcastShapes, type DimValues, dimValue, type Shape, sameShape } from '../graph/shape.ts';
import { apply, type Tensor } from '../graph/tensor.ts';
import { type Mapped, mapTuple } from '../graph/tuple.ts';
import { type Values, zeros } from '../graph/values.ts';
import { sumTo } from './reduce.ts';

/** Every elementwise operation: one expression over inputs that broadcast. */
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

/** With its result, an operation of so many inputs takes all buffers that every WebGPU adapter can bind to a kernel. */
const inputLimit = 7;

/**
 * Applies an expression to tensors that broadcast. The same tensor given twice becomes one input, a constant tensor
 * becomes a constant of the expression, and an expression that is just one of the inputs returns that input. Of more
 * inputs than one operation can have, some are combined first.
 *
 * @param build the expression, from one scalar for each input
 * @param shape at least this shape; by default what the inputs broadcast to
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

/** The value of a tensor that holds one known number, whatever it was computed from; undefined for others. */
export function constantValue(tensor: Tensor): number | undefined {
  const expression = constantOf(tensor)?.expression;
  return expression?.kind === 'constant' ? expression.value : undefined;
}

function constantOf({ node }: Tensor): Scalar | undefined {
  const form = node.inputs.length === 0 ? node.operation.elementwise?.(node.attributes) : undefined;
  return form && new Scalar(form.expression);
}

/** An input's value for every element of `shape`. */
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

/** The expression over whole arrays, one node at a time. */
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
