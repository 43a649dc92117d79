import type { RelativePositions, Shape, Tensor } from '@scalearn/core/graph';
import type { Scalar } from '../../packages/core/src/graph/scalar.ts';
import * as op from '../../packages/core/src/ops/operations.ts';
import { packLayout } from '../../packages/core/src/ops/pack.ts';
import type { Builder } from './builder.ts';

/** Applies an operation to values of the graph, or to new inputs. */
export type Generator = (b: Builder) => Tensor | readonly Tensor[];

const unary =
  (fn: (x: Tensor) => Tensor): Generator =>
  (b) =>
    fn(b.any());

const binary =
  (fn: (x: Tensor, y: Tensor) => Tensor): Generator =>
  (b) => {
    const x = b.any();
    const y = b.partner(x.shape);
    return b.draw.below(2) ? fn(y, x) : fn(x, y);
  };

const several =
  (fn: (...x: Tensor[]) => Tensor): Generator =>
  (b) => {
    const x = b.any();
    const count = b.draw.pick([1, 2, 0, 8, 12]);
    return fn(x, ...Array.from({ length: count }, () => b.partner(x.shape)));
  };

const isFixed = (shape: Shape): shape is readonly number[] => shape.every((dim) => typeof dim === 'number');
const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Returns an axis whose size exceeds a limit. */
function axisOf(b: Builder, { shape }: Tensor, above: number): number {
  const axes = [...shape.keys()].filter((i) => typeof shape[i] === 'number' && (shape[i] as number) > above);
  return b.draw.pick(axes);
}

const functions: readonly ((x: Scalar) => Scalar)[] = [
  (x) => x.tanh(),
  (x) => x.negate(),
  (x) => x.abs(),
  (x) => x.sigmoid(),
  (x) => x.softplus(),
  (x) => x.relu(),
  (x) => x.erf(),
  (x) => x.tanh().exp(),
  (x) => x.abs().plus(0.5).log(),
  (x) => x.abs().plus(0.25).sqrt(),
  (x) => x.abs().plus(1).reciprocal(),
  (x) => x.times(x),
];
const combinations: readonly ((x: Scalar, y: Scalar) => Scalar)[] = [
  (x, y) => x.plus(y),
  (x, y) => x.times(y),
  (x, y) => x.minus(y),
  (x, y) => x.max(y),
  (x, y) => x.min(y),
  (x, y) => x.times(y.greater(x)),
  (x, y) => x.over(y.abs().plus(1)),
];

function expression(b: Builder): Tensor {
  const x = b.any();
  const others = Array.from({ length: b.draw.pick([0, 1, 2, 9]) }, () => b.partner(x.shape));
  const first = b.draw.pick(functions);
  const steps = others.map(() => [b.draw.pick(combinations), b.draw.pick(functions)] as const);
  return op.elementwise('expression', [x, ...others], (a, ...rest) =>
    rest.reduce(
      (sum, other, i) => {
        const [combine, apply] = steps[i] as (typeof steps)[number];
        return apply(combine(sum, other));
      },
      first(a as Scalar),
    ),
  );
}

function withAxis(fn: (x: Tensor, axis?: number) => Tensor): Generator {
  return (b) => {
    const x = b.any();
    const axis = b.draw.below(x.shape.length + 1) - 1;
    return axis < 0 ? fn(x) : fn(x, axis);
  };
}

/** Returns a value of at least one axis. */
const withAxes = (b: Builder): Tensor =>
  b.value(
    () => ['tokens', b.width()],
    ({ shape }) => shape.length > 0,
  );

function relativePositions(b: Builder, heads: number): RelativePositions {
  const sides = b.draw.pick(['queries', 'keys', 'both'] as const);
  const width = (sides === 'both' ? 2 : 1) * heads * 4;
  const x = b.matrix('tokens');
  const scores = op.linear(x, b.leaf([width, x.shape[1] as number]));
  return { scores, sides, buckets: b.integers('buckets', [7]) };
}

/** The generators of all operations in `operations.ts`. */
export const generators: Readonly<Record<keyof typeof op, Generator>> = {
  add: several(op.add),
  multiply: several(op.multiply),
  subtract: binary(op.subtract),
  divide: binary((x, y) => op.divide(x, op.add(op.square(y), op.constant(0.5, [])))),
  scale: (b) => op.scale(b.any(), b.draw.pick([0.5, -1.3, 1, 0, 2])),
  square: unary(op.square),
  exp: unary(op.exp),
  constant: (b) => {
    const x = b.any();
    return op.add(x, op.constant(b.draw.pick([1, -0.5, 0]), x.shape));
  },
  broadcastTo: (b) => {
    const x = b.any();
    return op.broadcastTo(x, [b.draw.pick([2, 1, 3]), ...x.shape]);
  },
  gelu: unary(op.gelu),
  geluTanh: unary(op.geluTanh),
  relu: unary(op.relu),
  sigmoid: unary(op.sigmoid),
  tanh: unary(op.tanh),
  elementwise: expression,
  softmax: (b) => {
    const x = withAxes(b);
    return op.softmax(x, b.draw.below(x.shape.length) - x.shape.length);
  },
  sum: withAxis(op.sum),
  mean: withAxis(op.mean),
  matmul: (b) => {
    const x = b.matrix();
    const [rows, k] = x.shape as [number | string, number];
    const [transposeA, transposeB] = [b.draw.below(2) === 1, b.draw.below(2) === 1];
    const inner = transposeA ? rows : k;
    const n = b.width();
    const shape = transposeB ? [n, inner] : [inner, n];
    const y = b.value(
      () => shape,
      (t) => t.shape.length === 2 && t.shape[transposeB ? 1 : 0] === inner && t !== x,
    );
    return op.matmul(x, y, { transposeA, transposeB });
  },
  linear: (b) => {
    const x = b.matrix();
    const outputs = b.width();
    const weight = b.leaf([outputs, x.shape[1] as number]);
    const y = b.draw.below(2) ? op.linear(x, weight) : op.linear(x, weight, b.leaf([outputs]));
    return b.draw.below(2) ? y : op.relu(y);
  },
  layerNorm: (b) => {
    const x = b.value(
      () => ['tokens', b.width()],
      ({ shape }) => typeof shape.at(-1) === 'number',
    );
    const width = x.shape.slice(-1);
    return op.layerNorm(x, b.leaf(width), b.leaf(width), b.draw.pick([1e-5, 1e-12]));
  },
  attention: (b) => {
    const x = b.matrix('tokens');
    const heads = b.draw.pick([1, 2, 3]);
    const size = b.draw.pick([4, 1, 2, 3, 8, 16, 20]);
    const qkv = op.linear(x, b.leaf([3 * heads * size, x.shape[1] as number]));
    const probability = b.draw.pick([0, 0.1, 0.5]);
    return op.attention(qkv, b.cuSeqlens, heads, {
      dropout: { probability, name: b.name(), random: b.random },
      window: b.draw.pick([undefined, 0, 3, 9]),
      positions: b.draw.pick([false, true]) ? relativePositions(b, heads) : undefined,
    });
  },
  dropout: (b) => op.dropout(withAxes(b), b.draw.pick([0.5, 0.1, 0.9, 0]), b.name(), b.random),
  embedding: (b) => {
    const table = b.value(
      () => [b.draw.pick([5, 1, 11]), b.width()],
      ({ shape }) => shape.length === 2 && isFixed(shape),
    );
    return op.embedding(table, b.integers(`ids ${table.shape[0]}`, ['tokens']));
  },
  headMatmul: (b) => {
    const x = b.matrix('tokens');
    const heads = b.draw.pick([2, 1, 3]);
    const [k, n] = [b.draw.pick([4, 3, 8]), b.draw.pick([4, 5, 1])];
    const a = op.linear(x, b.leaf([heads * k, x.shape[1] as number]));
    const transposeB = b.draw.below(2) === 1;
    const other = b.leaf(transposeB ? [n, heads * k] : [k, heads * n]);
    return op.headMatmul(a, other, heads, { transposeB });
  },
  rotary: (b) => {
    const x = b.matrix('tokens');
    const heads = b.draw.pick([1, 2, 3]);
    const size = b.draw.pick([4, 2, 8]);
    const wide = op.linear(x, b.leaf([3 * size, x.shape[1] as number]));
    const half = (value: number): Tensor => op.constant(value, ['tokens', size / 2]);
    return op.rotary(wide, op.concat([half(0.6), half(0.8)], 1), heads);
  },
  selectFirst: (b) => op.selectFirst(b.matrix('tokens'), b.cuSeqlens),
  sequenceMean: (b) => op.sequenceMean(b.matrix('tokens'), b.cuSeqlens),
  selectTokens: (b) => op.selectTokens(b.matrix('tokens'), b.integers('chosen tokens', ['masked'])),
  transpose: (b) =>
    op.transpose(
      b.value(
        () => ['tokens', b.width()],
        ({ shape }) => shape.length === 2,
      ),
    ),
  reshape: (b) => {
    const x = withAxes(b);
    const { shape } = x;
    const size = shape.at(-1);
    if (typeof size !== 'number') return op.reshape(x, [...shape, 1]);
    const factor = b.draw.pick([1, 2, 3, 4].filter((f) => size % f === 0));
    const cut = [...shape.slice(0, -1), factor, size / factor];
    const flat = isFixed(shape) ? [elements(shape)] : cut;
    return op.reshape(x, b.draw.below(2) ? flat : cut);
  },
  concat: (b) => {
    const x = b.value(
      () => ['tokens', b.width()],
      ({ shape }) => shape.some((dim) => typeof dim === 'number'),
    );
    const axis = axisOf(b, x, 0);
    const others = Array.from({ length: b.draw.pick([1, 0, 2, 8]) }, () =>
      b.value(
        () => x.shape.map((dim, i) => (i === axis ? b.width() : dim)),
        ({ shape }) =>
          shape.length === x.shape.length &&
          shape.every((dim, i) => (i === axis ? typeof dim === 'number' : dim === x.shape[i])),
      ),
    );
    return op.concat([x, ...others], axis);
  },
  split: (b) => {
    const x = b.value(
      () => ['tokens', 7],
      ({ shape }) => shape.some((dim) => typeof dim === 'number' && dim > 1),
    );
    const axis = axisOf(b, x, 1);
    const size = x.shape[axis] as number;
    const first = 1 + b.draw.below(size - 1);
    const sizes = b.draw.below(2) ? [first, size - first] : Array<number>(size).fill(1);
    const parts = op.split(x, sizes, axis);
    // Often only some of the parts are used.
    return b.draw.below(2) ? parts.slice(0, 9) : (parts.at(-1) as Tensor);
  },
  pack: (b) => {
    const fixed = (): Tensor =>
      b.value(
        () => [b.draw.pick([3, 1, 70]), b.width()],
        ({ shape }) => isFixed(shape),
      );
    b.ends.push(op.pack(Array.from({ length: b.draw.pick([2, 1, 7]) }, fixed)));
    return [];
  },
  view: (b) => {
    const shapes = [[3, b.width()], [b.width()]];
    const { offsets, size } = packLayout(shapes);
    const part = b.draw.below(2);
    const offset = offsets[part] as number;
    b.part([size], offset, (x) => op.view(x, offset, shapes[part] as number[]));
    return [];
  },
  topMask: (b) => {
    // Straight-through gradients are not slopes.
    b.isRough = true;
    const x = b.value(
      () => [3, 33],
      ({ shape }) => typeof shape.at(-1) === 'number',
    );
    return op.topMask(x, b.draw.pick([0.3, 0.9, 1]));
  },
  crossEntropy: (b) => {
    const x = b.matrix('sequences');
    return op.crossEntropy(x, b.integers(`labels ${x.shape[1]}`, ['sequences']));
  },
  meanSquaredError: (b) => {
    const x = b.any();
    return op.meanSquaredError(x, b.partner(x.shape));
  },
  binaryCrossEntropyWithLogits: (b) => {
    const x = b.any();
    return op.binaryCrossEntropyWithLogits(x, op.sigmoid(b.partner(x.shape)));
  },
};
