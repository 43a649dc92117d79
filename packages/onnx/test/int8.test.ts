// Frozen weights in 8 and 16 bits on the onnx device.
import { ArgumentError, type Device, DeviceError, DisposedError, type WeightStorage } from '@scalearn/core';
import {
  embedding,
  gradients,
  input,
  linear,
  matmul,
  multiply,
  RandomStream,
  scale,
  sum,
  variable,
} from '@scalearn/core/graph';
import { measureInt8, type RuntimeName, requestOnnxDevice } from '@scalearn/onnx';
import { describe, expect, test } from 'vitest';

const open = (threads = 1, runtime?: RuntimeName) =>
  requestOnnxDevice({ threads, precision: 'int8', ...(runtime && { runtime }) });
const draw = (name: string, size: number): Float32Array => new RandomStream(3, name).normal(size, 0, 1);

const [rows, inputs, outputs] = [24, 70, 40];
const weights = draw('weights', outputs * inputs).map((w, i) => w * (1 + (Math.floor(i / inputs) % 5)));
const bias = draw('bias', outputs);
/** Rows of very different sizes, as those of gradients are. */
const rowsOfX = draw('x', rows * inputs).map((x, i) => x * 10 ** ((Math.floor(i / inputs) % 7) - 5));
const dy = draw('dy', rows * outputs).map((d, i) => d * 10 ** ((Math.floor(i / outputs) % 9) - 7));

/** Runs `x · Wᵀ + b` and its gradient for x. */
async function layer(device: Device, x: Float32Array = rowsOfX, storage: WeightStorage = 'int8') {
  const w = variable(device.upload(weights, [outputs, inputs], { label: 'w', storage }));
  const b = variable(device.upload(bias, [outputs]));
  const given = input('x', ['rows', inputs]);
  const y = linear(given, w, b);
  const [dx] = gradients(sum(multiply(y, input('dy', ['rows', outputs]))), [given]);
  const program = await device.compile({ outputs: { y, dx: dx! } });
  const { y: values, dx: slopes } = await program.run({ x, dy });
  return { y: values as Float32Array, dx: slopes as Float32Array };
}

/** Returns the largest error of a row, relative to the size of this row. */
function largestRowError(
  actual: Float32Array,
  expected: Float32Array,
  width: number,
  less: Float32Array = new Float32Array(width),
) {
  let largest = 0;
  for (let from = 0; from < actual.length; from += width) {
    let [error, size] = [0, 0];
    for (let i = 0; i < width; i++) {
      const exact = expected[from + i]! - less[i]!;
      error += (actual[from + i]! - less[i]! - exact) ** 2;
      size += exact ** 2;
    }
    largest = Math.max(largest, Math.sqrt(error / size));
  }
  return largest;
}

describe('products of frozen weights in int8', () => {
  test.each(['onnxruntime-node', 'onnxruntime-web'] as const)(
    'have a small error in every row, forward and backward, in %s',
    async (runtime) => {
      const exact = await layer(await open(1, runtime), rowsOfX, 'f32');
      const { y, dx } = await layer(await open(1, runtime));
      expect(largestRowError(y, exact.y, outputs, bias)).toBeLessThan(0.04);
      expect(largestRowError(dx, exact.dx, inputs)).toBeLessThan(0.04);
      // They are not computed in f32.
      expect(largestRowError(y, exact.y, outputs, bias)).toBeGreaterThan(0.001);
    },
  );

  test('of the largest numbers do not overflow', async () => {
    const device = await open();
    const ones = (size: number) => new Float32Array(size).fill(1);
    const w = variable(device.upload(ones(32 * 256), [32, 256], { storage: 'int8' }));
    const program = await device.compile({ outputs: { y: linear(input('x', ['rows', 256]), w) } });
    const { y } = await program.run({ x: ones(8 * 256) });
    for (const value of y!) expect(value).toBeCloseTo(256, 2);
  });

  test('keep what is not a number, and rows of zeros', async () => {
    const device = await open();
    const clean = (await layer(device)).y;
    for (const [bad, at] of [
      [Number.NaN, 0],
      [Number.NaN, 33],
      [Number.POSITIVE_INFINITY, 5],
      [Number.NEGATIVE_INFINITY, 69],
    ] as const) {
      const x = rowsOfX.slice();
      x[3 * inputs + at] = bad;
      x.fill(0, 4 * inputs, 5 * inputs);
      const { y } = await layer(device, x);
      const row = (from: Float32Array, i: number) => [...from.subarray(i * outputs, (i + 1) * outputs)];
      expect(row(y, 3).some(Number.isFinite), `${bad} at ${at}`).toBe(false);
      expect(row(y, 4)).toEqual([...bias]);
      for (const i of [0, 1, 2, 5, 23]) expect(row(y, i)).toEqual(row(clean, i));
    }
  });

  test('are the same bits in every run, with one thread and with two', async () => {
    const [first, second, third] = await Promise.all([1, 1, 2].map(async (n) => layer(await open(n))));
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  test('need only one copy of the weights, of a quarter of the bytes', async () => {
    const device = await open();
    await layer(device);
    expect(device.memory().bytes.w).toBe(outputs * inputs + 4 * outputs);
  });
});

describe('a weight in fewer bits', () => {
  test.each(['int8', 'f16'] as const)(
    '%s is read by any operation, and rows of it are looked up',
    async (storage) => {
      const device = await open();
      const tensor = device.upload(weights, [outputs, inputs], { storage });
      expect(tensor.storage).toBe(storage);
      const w = variable(tensor);
      const x = input('x', [3, outputs]);
      const graph = {
        whole: w,
        twice: scale(w, 2),
        rows: embedding(w, input('ids', ['n'], 'i32')),
        product: matmul(x, w),
        transposed: matmul(input('z', [outputs, 2]), w, { transposeA: true }),
      };
      const program = await device.compile({ outputs: graph });
      const ids = Int32Array.of(7, 0, 39, 7);
      const result = await program.run({ x: draw('x', 3 * outputs), z: draw('z', 2 * outputs), ids });
      const step = storage === 'int8' ? 1 / 63 : 2 / 32_767;
      const size = (row: number) =>
        Math.max(...weights.subarray(row * inputs, (row + 1) * inputs).map(Math.abs));
      for (const [i, value] of result.whole!.entries())
        expect(Math.abs(value - weights[i]!)).toBeLessThanOrEqual(0.51 * step * size(Math.floor(i / inputs)));
      expect(result.whole).toEqual(await tensor.read());
      expect(result.twice).toEqual(Float32Array.from(result.whole!, (v) => 2 * v));
      expect([...result.rows!]).toEqual(
        [...ids].flatMap((id) => [...result.whole!.slice(id * inputs, (id + 1) * inputs)]),
      );
      expect([result.product!.length, result.transposed!.length]).toEqual([3 * inputs, 2 * inputs]);
    },
  );

  test('is replaced in the order of the calls', async () => {
    const device = await open();
    const tensor = device.upload(Float32Array.of(1, 2), [1, 2], { storage: 'f16' });
    const program = await device.compile({ outputs: { y: scale(variable(tensor), 1) } });
    const before = program.run({});
    tensor.write(Float32Array.of(3, 4));
    expect(await tensor.read()).toEqual(Float32Array.of(3, 4));
    expect([(await before).y, (await program.run({})).y]).toEqual([
      Float32Array.of(1, 2),
      Float32Array.of(3, 4),
    ]);
    expect(() => tensor.write(Float32Array.of(1))).toThrow('holds 2 values, not 1');
    tensor.dispose();
    await expect(program.run({})).rejects.toThrow(DisposedError);
  });

  test('cannot be updated, nor hold what is not a number in 8 bits', async () => {
    const device = await open();
    const w = variable(device.upload(Float32Array.of(1, 2), [1, 2], { label: 'weight', storage: 'int8' }));
    const graph = { outputs: {}, updates: [{ variable: w, value: scale(w, 2) }] };
    await expect(device.compile(graph)).rejects.toThrow(DeviceError);
    const bad = Float32Array.of(1, Number.NaN);
    expect(() => device.upload(bad, [1, 2], { label: 'weight', storage: 'int8' })).toThrow(
      new ArgumentError("'weight' has the value NaN, which cannot be stored in 8 bits"),
    );
    // In 16 bits it is kept as f32.
    expect(await device.upload(bad, [1, 2], { storage: 'f16' }).read()).toEqual(bad);
  });
});

test('what int8 gains is measured', async () => {
  const { ratio, weightBits } = await measureInt8({ threads: 1 });
  expect(ratio).toBeGreaterThan(0.1);
  expect(weightBits).toBe((await open()).weightBits);
});

test('an unknown precision is refused', async () => {
  const precision = 'f16' as 'int8';
  await expect(requestOnnxDevice({ precision })).rejects.toThrow(
    "there is no precision 'f16' on ONNX Runtime",
  );
});
