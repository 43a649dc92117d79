import { gradients } from '../../src/autodiff/gradient.ts';
import type { HostArray } from '../../src/devices/device.ts';
import { input } from '../../src/graph/leaves.ts';
import type { Shape } from '../../src/graph/shape.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { gelu, geluTanh, relu, sigmoid, tanh } from '../../src/ops/activations.ts';
import {
  add,
  constant,
  divide,
  exp,
  mean,
  multiply,
  scale,
  square,
  subtract,
  sum,
} from '../../src/ops/arithmetic.ts';
import { attention, type RelativePositions, relativeBuckets } from '../../src/ops/attention.ts';
import { concat, split } from '../../src/ops/concat.ts';
import { crossEntropy } from '../../src/ops/cross-entropy.ts';
import { dropout, randomInput } from '../../src/ops/dropout.ts';
import { broadcastTo, elementwise } from '../../src/ops/elementwise.ts';
import { embedding } from '../../src/ops/embedding.ts';
import { headMatmul } from '../../src/ops/head-matmul.ts';
import { layerNorm } from '../../src/ops/layer-norm.ts';
import { binaryCrossEntropyWithLogits, meanSquaredError } from '../../src/ops/losses.ts';
import { linear, matmul } from '../../src/ops/matmul.ts';
import { pack, view } from '../../src/ops/pack.ts';
import { reshape } from '../../src/ops/reshape.ts';
import { rotary } from '../../src/ops/rotary.ts';
import { selectFirst } from '../../src/ops/select-first.ts';
import { selectTokens } from '../../src/ops/select-tokens.ts';
import { sequenceMean } from '../../src/ops/sequence-mean.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { topMask } from '../../src/ops/top-mask.ts';
import { transpose } from '../../src/ops/transpose.ts';
import { RandomStream } from '../../src/random/streams.ts';
import type { OperationCheck } from '../../src/testing.ts';

/** One operation on shapes that are no multiples of any tile: what every device must agree on. */
export interface OperationCase {
  readonly name: string;
  /** f32 inputs by name: shape, and the name of the graph input. Gradients are checked by each. */
  readonly floats: Readonly<Record<string, Shape>>;
  readonly build: (x: Readonly<Record<string, Tensor>>) => Tensor;
  /** Values are drawn from this range; default [-2, 2]. */
  readonly range?: readonly [number, number];
  /** Inputs that exist but are not differentiated (views are taken of them). */
  readonly fixed?: boolean;
}

/** Four ragged sequences, one of a single token. */
const lengths: readonly number[] = [7, 1, 37, 12];
const tokens: number = lengths.reduce((a, b) => a + b, 0);
const sequences = lengths.length;
const masked: readonly number[] = [2, 7, 8, 30, 44, 56, 21];
/** What the symbolic dimensions are in every case. */
export const dims: Readonly<Record<string, number>> = {
  tokens,
  sequences,
  boundaries: sequences + 1,
  masked: masked.length,
};

/** Number of buckets of relative positions. */
const buckets = 5;

/** Integer inputs that cases may use. */
export const integers: Readonly<Record<string, HostArray>> = {
  cuSeqlens: Int32Array.from([0, ...lengths], (_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0)),
  ids: Int32Array.from({ length: tokens }, (_, i) => (i * i + 3) % 11),
  labels: Int32Array.of(2, 0, 1, 1),
  maskedPositions: Int32Array.from(masked),
  maskedLabels: Int32Array.from(masked, (position) => (position * 131) % 1031),
  random: Int32Array.of(1234567, -5, 17),
  buckets: relativeBuckets(9, (distance) =>
    distance < -6 ? 0 : distance < 0 ? 1 : distance === 0 ? 2 : distance < 4 ? 4 : 3,
  ),
};

const cuSeqlens = (): Tensor => input('cuSeqlens', ['boundaries'], 'i32');
const relative = (scores: Tensor | undefined, sides: RelativePositions['sides']): RelativePositions => ({
  scores: scores as Tensor,
  sides,
  buckets: input('buckets', [19], 'i32'),
});
const maskedPositions = (): Tensor => input('maskedPositions', ['masked'], 'i32');
const T: Shape = ['tokens', 19];

const isGreater = (x: Tensor, limit: number): Tensor =>
  elementwise('isGreater', [x], (a) => a.greater(limit));

const unary = (
  name: string,
  fn: (x: Tensor) => Tensor,
  range?: readonly [number, number],
): OperationCase => ({
  name,
  floats: { x: T },
  build: ({ x }) => fn(x as Tensor),
  ...(range ? { range } : {}),
});

const binary = (
  name: string,
  a: Shape,
  b: Shape,
  fn: (a: Tensor, b: Tensor) => Tensor,
  range?: readonly [number, number],
): OperationCase => ({
  name,
  floats: { a, b },
  build: (x) => fn(x.a as Tensor, x.b as Tensor),
  ...(range ? { range } : {}),
});

export const operationCases: readonly OperationCase[] = [
  unary('gelu', gelu, [-5, 5]),
  unary('geluTanh', geluTanh, [-5, 5]),
  unary('relu', relu),
  unary('tanh', tanh, [-12, 12]),
  unary('sigmoid', sigmoid, [-9, 9]),
  unary('exp', exp),
  unary('scale', (x) => scale(x, -0.37)),
  unary('square', square),
  binary('add, same shape', T, T, add),
  binary('add, row vector', T, [19], add),
  binary('subtract, column', T, ['tokens', 1], subtract),
  binary('multiply, scalar', T, [], multiply),
  binary('multiply, middle axis', [3, 5, 7], [3, 1, 7], multiply),
  binary('multiply, both stretch', [3, 1, 7], [5, 1], multiply),
  binary('multiply by itself', T, T, (a, b) => add(multiply(a, a), b)),
  binary('divide', T, ['tokens', 1], divide, [0.5, 2]),
  unary('a chain of elementwise operations', (x) =>
    add(multiply(gelu(x), sigmoid(x)), scale(square(x), 0.1)),
  ),
  unary('two results of one chain', (x) => sum(concat([gelu(x), square(gelu(x))], 1), 1)),
  binary('matmul', ['tokens', 45], [45, 38], (a, b) => matmul(a, b)),
  binary('matmul, transposed b', ['tokens', 45], [38, 45], (a, b) => matmul(a, b, { transposeB: true })),
  binary('matmul, transposed a', ['tokens', 45], ['tokens', 38], (a, b) =>
    matmul(a, b, { transposeA: true }),
  ),
  binary('matmul, thin', [1, 5], [5, 3], (a, b) => matmul(a, b)),
  binary('matmul, wide', [133, 70], [129, 70], (a, b) => matmul(a, b, { transposeB: true })),
  binary('matmul, multiples of four', [64, 32], [48, 32], (a, b) => matmul(a, b, { transposeB: true })),
  binary('matmul, long', [3, 4999], [4999, 6], (a, b) => matmul(a, b)),
  binary('matmul, long, transposed', [4100, 5], [8, 4100], (a, b) =>
    matmul(a, b, { transposeA: true, transposeB: true }),
  ),
  binary('products of heads', ['tokens', 3 * 5], [5, 3 * 7], (a, b) => headMatmul(a, b, 3)),
  binary('products of heads, transposed b', ['tokens', 4 * 8], [20, 4 * 8], (a, b) =>
    headMatmul(a, b, 4, { transposeB: true }),
  ),
  binary('products of heads, transposed a', ['tokens', 2 * 12], ['tokens', 2 * 7], (a, b) =>
    headMatmul(a, b, 2, { transposeA: true }),
  ),
  binary('products of heads, both transposed', [9, 2 * 70], [66, 2 * 9], (a, b) =>
    headMatmul(a, b, 2, { transposeA: true, transposeB: true }),
  ),
  {
    name: 'linear with relu, long',
    floats: { x: [2, 4096], weight: [7, 4096], bias: [7] },
    build: ({ x, weight, bias }) => relu(linear(x as Tensor, weight as Tensor, bias)),
    range: [-0.1, 0.1],
    fixed: true,
  },
  {
    name: 'linear with gelu, dropout and residual',
    floats: { x: ['tokens', 24], weight: [20, 24], bias: [20], residual: ['tokens', 20] },
    build: ({ x, weight, bias, residual }) =>
      add(
        dropout(gelu(linear(x as Tensor, weight as Tensor, bias)), 0.3, 'case', randomInput()),
        residual as Tensor,
      ),
  },
  {
    name: 'layer norm',
    floats: { x: ['tokens', 33], weight: [33], bias: [33] },
    build: ({ x, weight, bias }) => layerNorm(x as Tensor, weight as Tensor, bias as Tensor, 1e-5),
  },
  {
    name: 'layer norm of a residual sum, twice used',
    floats: { x: ['tokens', 64], r: ['tokens', 64], weight: [64], bias: [64] },
    build: ({ x, r, weight, bias }) => {
      const total = add(x as Tensor, r as Tensor);
      return add(layerNorm(total, weight as Tensor, bias as Tensor, 1e-12), total);
    },
  },
  {
    name: 'attention, one head',
    floats: { x: ['tokens', 3 * 8] },
    build: ({ x }) => attention(x as Tensor, cuSeqlens(), 1),
  },
  {
    name: 'attention, heads of 32',
    floats: { x: ['tokens', 3 * 64] },
    build: ({ x }) => attention(x as Tensor, cuSeqlens(), 2),
  },
  {
    name: 'attention with dropout',
    floats: { x: ['tokens', 3 * 24] },
    build: ({ x }) =>
      attention(x as Tensor, cuSeqlens(), 3, {
        dropout: { probability: 0.25, name: 'case', random: randomInput() },
      }),
  },
  {
    name: 'attention in a window',
    floats: { x: ['tokens', 3 * 16] },
    build: ({ x }) => attention(x as Tensor, cuSeqlens(), 2, { window: 5, scale: 0.3 }),
  },
  {
    name: 'attention in a window, with dropout',
    floats: { x: ['tokens', 3 * 6] },
    build: ({ x }) =>
      attention(x as Tensor, cuSeqlens(), 2, {
        dropout: { probability: 0.25, name: 'case', random: randomInput() },
        window: 3,
      }),
  },
  {
    name: 'attention of each token to itself',
    floats: { x: ['tokens', 3 * 8] },
    build: ({ x }) => attention(x as Tensor, cuSeqlens(), 2, { window: 0 }),
  },
  {
    name: 'attention with positions of queries',
    floats: { x: ['tokens', 3 * 8], scores: ['tokens', 2 * buckets] },
    build: ({ x, scores }) =>
      attention(x as Tensor, cuSeqlens(), 2, { positions: relative(scores, 'queries') }),
  },
  {
    name: 'attention with positions of keys',
    floats: { x: ['tokens', 3 * 6], scores: ['tokens', 2 * buckets] },
    build: ({ x, scores }) => attention(x as Tensor, cuSeqlens(), 2, { positions: relative(scores, 'keys') }),
  },
  {
    name: 'attention with positions and dropout',
    floats: { x: ['tokens', 3 * 32], scores: ['tokens', 2 * 4 * buckets] },
    build: ({ x, scores }) =>
      attention(x as Tensor, cuSeqlens(), 4, {
        dropout: { probability: 0.25, name: 'case', random: randomInput() },
        positions: relative(scores, 'both'),
      }),
  },
  {
    name: 'attention with positions in a window',
    floats: { x: ['tokens', 3 * 16], scores: ['tokens', 2 * 2 * buckets] },
    build: ({ x, scores }) =>
      attention(x as Tensor, cuSeqlens(), 2, {
        dropout: { probability: 0.1, name: 'case', random: randomInput() },
        positions: relative(scores, 'both'),
        window: 6,
      }),
  },
  {
    name: 'attention with positions of a table',
    floats: { x: ['tokens', 3 * 8], table: [2, buckets] },
    build: ({ x, table }) => {
      const scores = broadcastTo(reshape(table as Tensor, [1, 2 * buckets]), ['tokens', 2 * buckets]);
      return attention(x as Tensor, cuSeqlens(), 2, { positions: relative(scores, 'queries') });
    },
  },
  {
    name: 'embedding',
    floats: { table: [11, 21] },
    build: ({ table }) => embedding(table as Tensor, input('ids', ['tokens'], 'i32')),
  },
  {
    name: 'rotary positions',
    floats: { x: ['tokens', 3 * 16], positions: ['tokens', 8] },
    fixed: true,
    build: ({ x, positions }) => rotary(x as Tensor, positions as Tensor, 4),
  },
  {
    name: 'rotary positions, one angle',
    floats: { x: ['tokens', 24] },
    build: ({ x }) => {
      const half = (value: number): Tensor => constant(value, ['tokens', 4]);
      return rotary(x as Tensor, concat([half(0.6), half(0.8)], 1), 2);
    },
  },
  {
    name: 'rotary positions, gradient',
    floats: { x: ['tokens', 18], positions: ['tokens', 6], w: ['tokens', 18] },
    fixed: true,
    build: ({ x, positions, w }) => {
      const loss = sum(multiply(square(rotary(x as Tensor, positions as Tensor, 3)), w as Tensor));
      return gradients(loss, [x as Tensor])[0] as Tensor;
    },
  },
  { name: 'first token', floats: { x: T }, build: ({ x }) => selectFirst(x as Tensor, cuSeqlens()) },
  {
    name: 'mean of each sequence',
    floats: { x: T },
    build: ({ x }) => sequenceMean(x as Tensor, cuSeqlens()),
  },
  {
    name: 'mean of each sequence, rows of four',
    floats: { x: ['tokens', 24] },
    build: ({ x }) => sequenceMean(x as Tensor, cuSeqlens()),
  },
  {
    name: 'chosen tokens',
    floats: { x: T },
    build: ({ x }) => selectTokens(x as Tensor, maskedPositions()),
  },
  // Where rows are chosen early, a kernel reads rows of the mask.
  {
    name: 'first token of dropout',
    floats: { x: T },
    build: ({ x }) => selectFirst(dropout(x as Tensor, 0.5, 'case', randomInput()), cuSeqlens()),
  },
  {
    name: 'chosen tokens of dropout',
    floats: { x: T },
    build: ({ x }) => selectTokens(dropout(x as Tensor, 0.5, 'case', randomInput()), maskedPositions()),
  },
  {
    name: 'chosen tokens of a layer',
    floats: { x: ['tokens', 12], weight: [12, 12], bias: [12] },
    build: ({ x, weight, bias }) => {
      const inner = gelu(linear(x as Tensor, weight as Tensor, bias));
      const y = layerNorm(add(inner, x as Tensor), bias as Tensor, bias as Tensor, 1e-5);
      return selectTokens(y, maskedPositions());
    },
  },
  { name: 'dropout', floats: { x: T }, build: ({ x }) => dropout(x as Tensor, 0.4, 'case', randomInput()) },
  {
    name: 'dropout of a cube',
    floats: { x: [3, 5, 21] },
    build: ({ x }) => dropout(x as Tensor, 0.5, 'cube', randomInput()),
  },
  unary('softmax', (x) => softmax(x)),
  { name: 'softmax, middle axis', floats: { x: [3, 5, 7] }, build: ({ x }) => softmax(x as Tensor, 1) },
  {
    name: 'cross-entropy',
    floats: { x: ['sequences', 3] },
    build: ({ x }) => crossEntropy(x as Tensor, input('labels', ['sequences'], 'i32')),
  },
  {
    name: 'cross-entropy of rows with weights',
    floats: { x: ['sequences', 3], w: ['sequences', 1] },
    range: [0.2, 3],
    build: ({ x, w }) => crossEntropy(x as Tensor, input('labels', ['sequences'], 'i32'), w),
  },
  {
    name: 'cross-entropy of a vocabulary',
    floats: { x: ['masked', 1031] },
    range: [-8, 8],
    build: ({ x }) => crossEntropy(x as Tensor, input('maskedLabels', ['masked'], 'i32')),
  },
  binary('mean squared error', ['sequences', 1], ['sequences', 1], meanSquaredError),
  binary('binary cross-entropy', ['sequences', 5], ['sequences', 5], binaryCrossEntropyWithLogits, [-6, 6]),
  unary('sum of all', (x) => sum(x)),
  unary('sum of columns', (x) => sum(x, 0)),
  unary('sum of rows', (x) => sum(x, 1)),
  { name: 'sum of a middle axis', floats: { x: [4, 9, 6] }, build: ({ x }) => sum(x as Tensor, 1) },
  unary('mean over tokens', (x) => mean(x, 0)),
  { name: 'mean of a cube', floats: { x: [4, 9, 6] }, build: ({ x }) => mean(x as Tensor) },
  binary('concat of columns', T, ['tokens', 6], (a, b) => concat([a, b], 1)),
  binary('concat of rows', [3, 5], [4, 5], (a, b) => concat([a, b])),
  unary('split and swap', (x) => {
    const [a, b] = split(x, [7, 12], 1) as [Tensor, Tensor];
    return concat([b, a], 1);
  }),
  {
    name: 'split, one part unused',
    floats: { x: [9, 64] },
    build: ({ x }) => square(split(x as Tensor, [2, 4, 3])[1] as Tensor),
  },
  { name: 'reshape', floats: { x: [6, 10] }, build: ({ x }) => square(reshape(x as Tensor, [5, 12])) },
  { name: 'transpose', floats: { x: [7, 10] }, build: ({ x }) => transpose(square(x as Tensor)) },
  {
    // Not differentiated: what passes straight through is no slope.
    name: 'mask of the largest',
    floats: { x: [3, 1031] },
    fixed: true,
    build: ({ x }) => topMask(x as Tensor, 0.3),
  },
  {
    name: 'mask of the largest, magnitudes often equal',
    floats: { x: [2, 3, 70] },
    range: [-0.5, 0.5],
    fixed: true,
    build: ({ x }) => {
      const steps = [-0.4, -0.2, 0, 0.2, 0.4].map((limit) => isGreater(x as Tensor, limit));
      return topMask(subtract(add(...steps), constant(2, [])), 0.5);
    },
  },
  {
    name: 'mask of all but none',
    floats: { x: [5, 3] },
    fixed: true,
    build: ({ x }) => add(topMask(x as Tensor, 1), topMask(x as Tensor, 0.9)),
  },
  {
    name: 'mask of the largest, gradient',
    floats: { x: [2, 45], w: [2, 45] },
    fixed: true,
    build: ({ x, w }) => {
      const loss = sum(square(multiply(topMask(x as Tensor, 0.4), w as Tensor)));
      return gradients(loss, [x as Tensor])[0] as Tensor;
    },
  },
  {
    name: 'pack and view',
    floats: { a: [3, 5], b: [70], c: [2, 32] },
    fixed: true,
    build: ({ a, b, c }) => {
      const packed = pack([a, b, c] as Tensor[]);
      return add(square(view(packed, 64, [70])), constant(1, [70]));
    },
  },
  {
    name: 'scaled sources (ScaLearn)',
    floats: { omega: [2, 3, 16], up: [2, 3, 4, 16], act: ['tokens', 12] },
    build: ({ omega, up, act }) => {
      const mask = dropout(omega as Tensor, 0.3, 'omega', randomInput());
      const scaled = reshape(multiply(reshape(mask, [2, 3, 1, 16]), up as Tensor), [2, 12, 16]);
      const [first, second] = split(scaled, [1, 1]) as [Tensor, Tensor];
      const once = matmul(act as Tensor, reshape(first, [12, 16]));
      return add(once, matmul(act as Tensor, reshape(second, [12, 16])));
    },
  },
];

/** Values for the float inputs of a case: the same on every device. */
export function caseValues(c: OperationCase): Record<string, Float32Array> {
  const [low, high] = c.range ?? [-2, 2];
  return Object.fromEntries(
    Object.entries(c.floats).map(([name, shape]) => {
      const stream = new RandomStream(7, `${c.name}/${name}`);
      const size = shape.reduce<number>((n, d) => n * (typeof d === 'number' ? d : (dims[d] as number)), 1);
      return [name, Float32Array.from({ length: size }, () => low + (high - low) * stream.uniform())];
    }),
  );
}

/** A case as an operation is checked; what takes its inputs from elsewhere finds the integers by name. */
export function caseCheck(c: OperationCase): Omit<OperationCheck, 'devices'> {
  const floats = Object.entries(caseValues(c)).map(
    ([name, values]) => [name, { shape: c.floats[name] as Shape, values }] as const,
  );
  const others = Object.entries(integers).map(
    ([name, values]) => [name, { shape: [values.length], values }] as const,
  );
  return { inputs: Object.fromEntries([...floats, ...others]), build: c.build, gradients: !c.fixed };
}
