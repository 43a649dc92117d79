import { type HostArray, ReferenceDevice } from '@scalearn/core';
import {
  attention,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  exp,
  gelu,
  geluTanh,
  gradients,
  graphInputs,
  input,
  layerNorm,
  meanSquaredError,
  relu,
  type Shape,
  sigmoid,
  softmax,
  sum,
  type Tensor,
  tanh,
  topMask,
  topologicalOrder,
} from '@scalearn/core/graph';
import { expect, test } from 'vitest';
import { elementwise } from '../../packages/core/src/ops/elementwise.ts';

// Tests of the reference for all devices, against the definitions and against PyTorch's results.

const device = new ReferenceDevice('float64');
const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];

interface Row {
  readonly name: string;
  readonly x: readonly number[];
  readonly shape?: Shape;
  readonly f: (x: Tensor) => Tensor;
  readonly y: readonly number[];
  /** The gradient of the sum of y. */
  readonly dx?: readonly number[];
}

const ones = elementwise('ones', [input('one', [])], (a) => a, [4]);
const norm = (x: Tensor): Tensor => layerNorm(x, ones, ones, 1e-5);
const labels = input('labels', ['sequences'], 'i32');
const targets = input('targets', [4]);
const heads = (x: Tensor): Tensor => attention(x, input('cuSeqlens', ['boundaries'], 'i32'), 1);
const half = Math.log(2);

const rows: readonly Row[] = [
  { name: 'relu', f: relu, x: [-1, -0, 0, 2, nan], y: [0, 0, 0, 2, nan], dx: [0, 0, 0, 1, 1] },
  {
    name: 'gelu',
    f: gelu,
    x: [0, 1, -1, 10, inf],
    y: [0, 0.8413447460685429, -0.158655253931457, 10, inf],
    dx: [0.5, 1.0833154705876864, -0.0833154705876863, 1, nan],
  },
  {
    name: 'gelu, tanh form',
    f: geluTanh,
    x: [0, 1, -1, 10],
    y: [0, 0.8411919906082768, -0.15880800939172324, 10],
    dx: [0.5, 1.0829640838457826, -0.08296408384578258, 1],
  },
  { name: 'tanh', f: tanh, x: [0, 1e4, -inf, nan], y: [0, 1, -1, nan], dx: [1, 0, 0, nan] },
  { name: 'sigmoid', f: sigmoid, x: [0, 1e4, -inf, nan], y: [0.5, 1, 0, nan], dx: [0.25, 0, 0, nan] },
  { name: 'exp', f: exp, x: [0, 1, -inf, 1e4], y: [1, Math.E, 0, inf], dx: [1, Math.E, 0, inf] },
  {
    name: 'maximum, at a tie half to each side',
    f: (x) => elementwise('max', [x], (a) => a.max(1)),
    x: [1, 2, 0],
    y: [1, 2, 1],
    dx: [0.5, 1, 0],
  },
  {
    name: 'softmax of large logits',
    f: softmax,
    x: [1e4, 1e4 + 1, -1e38, 1e38, nan, 0],
    shape: [3, 2],
    y: [0.2689414213699951, 0.7310585786300049, 0, 1, nan, nan],
    dx: [0, 0, 0, 0, nan, nan],
  },
  {
    name: 'layer norm of equal rows, and others',
    f: norm,
    x: [3, 3, 3, 3, 1, 2, 3, 4],
    shape: [2, 4],
    y: [1, 1, 1, 1, -0.3416354, 0.5527882, 1.4472118, 2.3416354],
    dx: [0, 0, 0, 0, 0, 0, 0, 0],
  },
  {
    name: 'cross-entropy of large logits',
    f: (x) => crossEntropy(x, labels),
    x: [1e4, 0, 0, 0, 0, 0],
    shape: ['sequences', 3],
    y: [(1e4 + Math.log(3)) / 2],
    dx: [0.5, -0.5, 0, 1 / 6, 1 / 6, -1 / 3],
  },
  {
    name: 'binary cross-entropy',
    f: (x) => binaryCrossEntropyWithLogits(x, targets),
    x: [0, 0, 1e4, -1e4],
    y: [(2 * half + 1e4) / 4],
    dx: [0.125, -0.125, 0.25, 0],
  },
  {
    name: 'mean squared error',
    f: (x) => meanSquaredError(x, targets),
    x: [0, 0, 1, -1],
    y: [0.75],
    dx: [0, -0.5, 0.5, -0.5],
  },
  {
    name: 'attention: the mean of the values where queries are 0, the value of the largest logit where they are large',
    f: heads,
    x: [0, 1, 2, 0, 5, 4, 300, 300, 7, 300, -300, 9, 300, 300, 11],
    shape: ['tokens', 3],
    y: [3, 3, 9, 9, 9],
  },
  {
    name: 'the largest magnitudes; of equal ones the rightmost',
    f: (x) => topMask(x, 0.5),
    x: [1, -1, 1, 0, nan, -inf, 2, 0],
    shape: [2, 4],
    y: [0, 1, 1, 0, 1, 1, 0, 0],
    dx: [1, -1, 1, 0, 0, -1, 1, 0],
  },
];

const fed = {
  one: Float64Array.of(1),
  labels: Int32Array.of(1, 2),
  targets: Float64Array.of(0, 1, 0, 0),
  cuSeqlens: Int32Array.of(0, 2, 5),
};

test.each(rows)('$name', async ({ x: values, shape = [values.length], f, y: expected, dx: slopes }) => {
  const x = input('x', shape);
  const y = f(x);
  const outputs = { y, ...(slopes ? { dx: gradients(sum(y), [x])[0] as Tensor } : {}) };
  const program = await device.compile({ outputs });
  const names = [...graphInputs(topologicalOrder({ outputs })).keys()];
  const all: Readonly<Record<string, HostArray>> = { ...fed, x: Float64Array.from(values) };
  const result = await program.run(Object.fromEntries(names.map((name) => [name, all[name] as HostArray])));
  const close = (actual: unknown, wanted: readonly number[]): void => {
    const got = [...(actual as Float64Array)];
    expect(got).toHaveLength(wanted.length);
    for (const [i, value] of wanted.entries())
      if (Number.isFinite(value)) expect(got[i], `element ${i}`).toBeCloseTo(value, 6);
      else expect(got[i], `element ${i}`).toBe(value);
  };
  close(result.y, expected);
  if (slopes) close(result.dx, slopes);
});
