import { describe, expect, test } from 'vitest';
import { requestDevice } from '../../src/devices/request.ts';
import {
  apply,
  defineOperation,
  elementwise,
  type Scalar,
  scalarConstant as scalar,
  type Tensor,
  type UnaryFunction,
} from '../../src/graph.ts';
import { ReferenceDevice } from '../../src/index.ts';
import { checkOperation, OperationCheckError } from '../../src/testing.ts';

interface Doubled {
  readonly slope: number;
  /** What the result is in float32. */
  readonly rounded: number;
}

/** Twice x, or whatever else. */
const doubleOperation = defineOperation<[x: Tensor], Doubled>({
  name: 'double',
  outputs: ([{ shape }]) => [{ shape, dtype: 'f32' }],
  gradient: ({ gradients: [dy], attributes: { slope } }) => [
    elementwise('slope', [dy], (g) => g.times(slope)),
  ],
  reference({ inputs: [x], outputs: [y], attributes }) {
    const factor = y.array instanceof Float32Array ? attributes.rounded : 2;
    for (let i = 0; i < x.length; i++) y.set(i, x.get(i) * factor);
  },
  onnx: ({ inputs: [x], emit }) => [emit.node('Mul', [x, emit.scalar(2)])],
});

const inputs = { x: { shape: ['rows', 3], values: Float32Array.of(1, -2, 3, -4, 5, -6) } };
const check = (attributes: Doubled): Promise<void> =>
  checkOperation({
    inputs,
    build: ({ x }) => apply(doubleOperation, [x as Tensor], attributes),
    devices: [new ReferenceDevice('float32')],
  });

describe('checkOperation', () => {
  test('finds nothing in an operation that is right', () => check({ slope: 2, rounded: 2 }));

  test('finds a gradient that is wrong', async () => {
    const wrong = check({ slope: 2.001, rounded: 2 });
    await expect(wrong).rejects.toThrow(OperationCheckError);
    await expect(wrong).rejects.toThrow(
      /^the gradient with respect to 'x'\[\d\] is -?\d.*central differences give/,
    );
  });

  test('finds a device that computes something else', async () => {
    await expect(check({ slope: 2, rounded: 2.001 })).rejects.toThrow(/^reference: 'y' differs from/);
  });

  test('does so wherever a value is not a number', async () => {
    await expect(check({ slope: 2, rounded: Number.NaN })).rejects.toThrow(/differs from .* by Infinity/);
  });
});

test('a scalar function of one’s own has all faces from its entry', async () => {
  const softsign: UnaryFunction = {
    name: 'softsign',
    value: (x) => x / (1 + Math.abs(x)),
    derivative: (x) => x.abs().plus(1).times(x.abs().plus(1)).reciprocal(),
    onnx: 'Softsign',
    wgsl: { needs: [], body: ({ type }) => `  return x / (${type}(1f) + abs(x));` },
  };
  await using device = await requestDevice({ device: 'webgpu' });
  await checkOperation({
    inputs,
    build: ({ x }) => elementwise('softsign', [x as Tensor], (a) => a.apply(softsign)),
    devices: [new ReferenceDevice('float32'), device],
  });
});

test('a tuple of inputs, and every face, are what the compiler asks for', () => {
  const x = elementwise('one', [], () => scalar(1), [2]);
  const types = (): void => {
    // @ts-expect-error: it takes one tensor
    apply(doubleOperation, [x, x], { slope: 2, rounded: 2 });
    // @ts-expect-error: an attribute is missing
    apply(doubleOperation, [x], { slope: 2 });
    // @ts-expect-error: there is no second scalar
    elementwise('y', [x], (_a: Scalar, b: Scalar) => b);
    // @ts-expect-error: a face is missing
    const half: UnaryFunction = { name: 'half', value: (v) => v / 2, derivative: () => 0.5, onnx: 'Half' };
    // @ts-expect-error: the gradient of one input too many
    defineOperation<[x: Tensor]>({ ...doubleOperation, gradient: ({ gradients: [dy] }) => [dy, dy] });
    half.value(1);
  };
  expect(types).toBeTypeOf('function');
});
