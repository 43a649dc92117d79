import type { HostArray } from '@scalearn/core';
import {
  bindFeeds,
  concreteShape,
  type DimValues,
  type Graph,
  leafOf,
  type Node,
  planFeeds,
  type Tensor,
  topologicalOrder,
} from '@scalearn/core/graph';
import { aliasOf } from '../../packages/core/src/graph/alias.ts';
import { type Expression, scalarDim, scalarInput } from '../../packages/core/src/graph/scalar.ts';
import { apply, applyAll, type ElementwiseForm } from '../../packages/core/src/graph/tensor.ts';
import { valuesOf } from '../../packages/core/src/graph/values.ts';
import { elementwise, elementwiseOperation } from '../../packages/core/src/ops/elementwise.ts';
import type { Feeds } from './random-graph.ts';

/*
 * Bounds the distance of an f32 result from the exact one. The graph is computed in float64 several times. Each time,
 * every intermediate value is moved by a random part of its possible f32 error. The effect on the results is the effect
 * of rounding, including cancellation and growth on the way.
 */

/** Twice half the distance from 1 to the next f32, because both results and inputs are rounded. */
const epsilon = 2 ** -23;

/** Error of a function in f32, as measured on WebGPU drivers: relative to its value, and the minimum. */
interface FunctionError {
  readonly relative: (x: number) => number;
  readonly absolute: number;
}

const exact: FunctionError = { relative: () => epsilon, absolute: 0 };
const exponential: FunctionError = { relative: (x) => epsilon * (4 + Math.abs(x)), absolute: 0 };
const approximation: FunctionError = { relative: (x) => epsilon * (4 + Math.abs(x)), absolute: 3e-7 };

const functionErrors: Readonly<Record<string, FunctionError>> = {
  exp: exponential,
  sigmoid: approximation,
  log: approximation,
  tanh: approximation,
  erf: approximation,
  softplus: approximation,
  sqrt: { relative: () => 3 * epsilon, absolute: 0 },
  divide: { relative: () => 3 * epsilon, absolute: 0 },
  reciprocal: { relative: () => 3 * epsilon, absolute: 0 },
};

/**
 * Returns a graph in which every elementwise operation is a single function, so that every intermediate value is
 * visible.
 */
function inSingleSteps({ outputs }: Graph): Graph {
  const copies = new Map<Tensor, Tensor>();
  for (const node of topologicalOrder({ outputs })) {
    const inputs = node.inputs.map((t) => copies.get(t) as Tensor);
    const form = node.operation.elementwise?.(node.attributes);
    const made =
      form && inputs.length > 0
        ? [stepped(form, inputs)]
        : leafOf(node.outputs[0] as Tensor)
          ? node.outputs
          : applyAll(node.operation, inputs, node.attributes);
    for (const [i, tensor] of node.outputs.entries()) copies.set(tensor, made[i] as Tensor);
  }
  return { outputs: mapValues(outputs, (tensor) => copies.get(tensor) as Tensor) };
}

function stepped({ expression, shape }: ElementwiseForm, inputs: readonly Tensor[]): Tensor {
  const known = new Map<Expression, Tensor>();
  const visit = (e: Expression): Tensor => {
    let tensor = known.get(e);
    if (!tensor) {
      tensor = step(e);
      known.set(e, tensor);
    }
    return tensor;
  };
  const step = (e: Expression): Tensor => {
    switch (e.kind) {
      case 'input':
        return inputs[e.index] as Tensor;
      case 'constant':
        return elementwise('step', [], () => scalarDim(e.value));
      case 'dim':
        return elementwise('step', [], () => scalarDim(e.dim));
      case 'unary': {
        const x = visit(e.x);
        return apply(elementwiseOperation, [x], {
          label: 'step',
          expression: { ...e, x: scalarInput(0).expression },
          shape: x.shape,
        });
      }
      case 'binary': {
        const [x, y] = [visit(e.x), visit(e.y)];
        // Both have one shape, or are broadcast to the operation's shape.
        const own = String(x.shape) === String(y.shape) ? x.shape : shape;
        return apply(elementwiseOperation, [x, y], {
          label: 'step',
          expression: { ...e, x: scalarInput(0).expression, y: scalarInput(1).expression },
          shape: own,
        });
      }
    }
  };
  const result = visit(expression);
  if (String(result.shape) === String(shape)) return result;
  return apply(elementwiseOperation, [result], {
    label: 'step',
    expression: scalarInput(0).expression,
    shape,
  });
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

function largestOf(values: HostArray): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

const sumOfSizes = (values: HostArray): number => {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
};

/** Moves results by their possible f32 error. */
function round(node: Node, inputs: readonly HostArray[], y: HostArray, uniform: () => number): void {
  const error = errorOf(node, inputs, y);
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number;
    const x = inputs[0]?.length === y.length ? (inputs[0][i] as number) : 0;
    const most = Math.abs(value) * error.relative(x) + error.absolute;
    y[i] = value + most * (2 * uniform() - 1);
  }
}

function errorOf({ operation, attributes }: Node, inputs: readonly HostArray[], y: HostArray): FunctionError {
  const form = operation.elementwise?.(attributes);
  if (form) return ('fn' in form.expression ? functionErrors[form.expression.fn.name] : undefined) ?? exact;
  const [first = new Float64Array(), second = new Float64Array()] = inputs;
  switch (operation.name) {
    // Every partial sum is rounded. If terms cancel, these errors are larger than that of the result.
    case 'reduce':
    case 'sequenceMean':
      return { relative: () => epsilon, absolute: (epsilon / 2) * (sumOfSizes(first) / y.length) };
    case 'softmax':
    case 'attention':
    case 'crossEntropyGradient':
      return { relative: () => 32 * epsilon, absolute: 0 };
    case 'crossEntropy':
      return { ...approximation, absolute: approximation.absolute + epsilon * largestOf(first) };
    // Slopes are differences of values that may be almost equal, and moves of the inputs move both in the same way.
    case 'attentionGradient':
    case 'attentionPositionGradient': {
      const slopes = largestOf(first) * largestOf(inputs[3] as HostArray);
      return {
        relative: () => 32 * epsilon,
        absolute: 32 * epsilon * slopes * Math.max(1, largestOf(first)),
      };
    }
    case 'layerNormGradient': {
      const [, x, weight] = inputs as [HostArray, HostArray, HostArray];
      const { epsilon: e } = attributes as { epsilon: number };
      const slopes = largestOf(first) * largestOf(weight);
      return {
        relative: () => 8 * epsilon,
        absolute: 4 * epsilon * slopes * largestScale(x, weight.length, e),
      };
    }
    case 'layerNorm':
      return { relative: () => 8 * epsilon, absolute: 8 * epsilon * largestOf(second) };
    default:
      return exact;
  }
}

/** Returns the largest reciprocal of a row's standard deviation. */
function largestScale(x: HostArray, width: number, e: number): number {
  let largest = 0;
  for (let begin = 0; begin < x.length; begin += width) {
    const row = Array.from(x.subarray(begin, begin + width));
    const mean = row.reduce((a, b) => a + b, 0) / width;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    largest = Math.max(largest, 1 / Math.sqrt(variance + e));
  }
  return largest;
}

/** Values beyond which f32 loses its digits, at the latest when they are squared. */
const [smallest, largest] = [1e-30, 1e15];

class OutOfRange extends Error {}

function evaluate(
  order: readonly Node[],
  feeds: Feeds,
  dims: DimValues,
  uniform: (() => number) | undefined,
  range: 'f32' | 'any',
): Map<Tensor, HostArray> {
  const values = new Map<Tensor, HostArray>();
  for (const node of order) {
    const leaf = leafOf(node.outputs[0] as Tensor);
    const inputs = node.inputs.map((t) => values.get(t) as HostArray);
    const outputShapes = node.outputs.map((t) => concreteShape(t.shape, dims));
    let outputs: HostArray[];
    if (leaf?.kind === 'input') {
      const data = feeds[leaf.name] as HostArray;
      outputs = [data instanceof Int32Array ? data : Float64Array.from(data)];
    } else {
      outputs = outputShapes.map((shape) => new Float64Array(shape.reduce((a, b) => a * b, 1)));
      node.operation.reference({
        inputs: node.inputs.map((t, i) => valuesOf(inputs[i] as HostArray, concreteShape(t.shape, dims))),
        outputs: outputs.map((y, i) => valuesOf(y, outputShapes[i])),
        attributes: node.attributes,
        dims,
      });
    }
    for (const [i, tensor] of node.outputs.entries()) {
      const y = outputs[i] as HostArray;
      values.set(tensor, y);
      if (tensor.dtype === 'i32') continue;
      if (
        !uniform &&
        range === 'f32' &&
        y.some((v) => !(Math.abs(v) < largest) || (v !== 0 && Math.abs(v) < smallest))
      )
        throw new OutOfRange();
      if (uniform && i === 0 && !aliasOf(tensor)?.isWhole) round(node, inputs, y, uniform);
    }
  }
  return values;
}

export interface Expected {
  readonly value: HostArray;
  /** Maximum distance of an element from it. */
  readonly tolerance: number;
}

/** Returns a generator of numbers in [0, 1) by xorshift, which is fast and random enough to spread errors. */
function uniformFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const trials = 4;
/** The tolerance is this multiple of the largest error of the trials. */
const margin = 8;

/**
 * Returns a graph's outputs and their precision. Returns undefined if an intermediate value leaves the range in which
 * f32 has full precision, or, if any range is allowed, is not finite.
 */
export function expectedResults(
  graph: Graph,
  feeds: Feeds,
  range: 'f32' | 'any' = 'f32',
): Record<string, Expected> | undefined {
  const steps = inSingleSteps(graph);
  const order = topologicalOrder(steps);
  const dims = bindFeeds(planFeeds(topologicalOrder(graph)), feeds);
  let base: Map<Tensor, HostArray>;
  try {
    base = evaluate(order, feeds, dims, undefined, range);
  } catch (error) {
    if (error instanceof OutOfRange) return undefined;
    throw error;
  }
  const moved = Array.from({ length: trials }, (_, trial) =>
    evaluate(order, feeds, dims, uniformFrom(trial + 1), range),
  );
  const results: Record<string, Expected> = {};
  for (const [name, tensor] of Object.entries(steps.outputs)) {
    const value = base.get(tensor) as HostArray;
    let most = 0;
    for (const other of moved)
      for (const [i, v] of (other.get(tensor) as HostArray).entries())
        most = Math.max(most, Math.abs(v - (value[i] as number)));
    if (!Number.isFinite(most)) return undefined;
    results[name] = { value, tolerance: margin * most + 4 * epsilon * largestOf(value) + 1e-30 };
  }
  return results;
}
