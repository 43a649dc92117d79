import {
  ArgumentError,
  type Device,
  DeviceError,
  DisposedError,
  type HostArray,
  ReferenceDevice,
  ShapeError,
} from '@scalearn/core';
import { defineOperation, input, multiply, square, sum, type Tensor, variable } from '@scalearn/core/graph';
import { requestOnnxDevice } from '@scalearn/onnx';
import { describe, expect, test, vi } from 'vitest';
import { apply } from '../../core/src/graph/tensor.ts';
import { relativeDifference } from '../../core/test/operations/harness.ts';
import { tinyTraining, train } from './tiny.ts';

const open = (threads = 1) => requestOnnxDevice({ threads });
const bytes = (values: Float32Array) => Buffer.from(values.buffer).toString('hex');

async function trained(device: Device, steps = 8, lengths?: readonly number[]) {
  const tiny = await tinyTraining(device, lengths);
  return train(tiny, steps);
}

describe('training', () => {
  test.each([[[5, 9, 2, 9]], [[4, 4, 4]], [[3]], [[30, 1, 2, 3, 4, 5, 6, 7, 8]]])(
    'sequences of %j follow the oracle, dropout included',
    async (lengths) => {
      const exact = await trained(new ReferenceDevice('float64'), 8, lengths);
      const { losses, values } = await trained(await open(), 8, lengths);
      expect(relativeDifference(Float64Array.from(losses), Float64Array.from(exact.losses))).toBeLessThan(
        1e-4,
      );
      expect(relativeDifference(values, exact.values)).toBeLessThan(1e-4);
    },
  );

  test('the same bits in every run, with one thread and with two', async () => {
    const [first, second, third] = await Promise.all(
      [open(), open(), open(2)].map(async (d) => trained(await d)),
    );
    expect(second?.losses).toEqual(first?.losses);
    expect(bytes(second?.values as Float32Array)).toBe(bytes(first?.values as Float32Array));
    expect(third?.losses).toEqual(first?.losses);
    expect(bytes(third?.values as Float32Array)).toBe(bytes(first?.values as Float32Array));
  });

  test('no memory is kept from step to step', async () => {
    const device = await open();
    const { program, feeds } = await tinyTraining(device);
    let after3 = device.memory();
    for (let step = 0; step < 50; step++) {
      await program.run(feeds(step));
      if (step === 2) after3 = device.memory();
    }
    expect(after3.bytes.arena).toBeGreaterThan(0);
    expect(device.memory()).toEqual(after3);
  });
});

describe('the order of things', () => {
  /** A program that doubles a variable, and returns its old value times x. */
  async function doubling(device: Device) {
    const storage = device.upload(Float32Array.of(1), [1], { label: 'state' });
    const state = variable(storage);
    const y = multiply(state, input('x', [1]));
    const graph = {
      outputs: { y },
      updates: [{ variable: state, value: multiply(state, input('two', [1])) }],
    };
    return { storage, program: await device.compile(graph) };
  }
  const feeds = (x: number): Record<string, HostArray> => ({
    x: Float32Array.of(x),
    two: Float32Array.of(2),
  });

  test('runs that nobody waits for take effect in the order of their calls', async () => {
    const { program } = await doubling(await open());
    const results = await Promise.all([1, 1, 1, 10].map((x) => program.run(feeds(x))));
    expect(results.map(({ y }) => y?.[0])).toEqual([1, 2, 4, 80]);
  });

  test('reading and writing a tensor take their turn, too', async () => {
    const { program, storage } = await doubling(await open());
    const first = program.run(feeds(1));
    const read = storage.read();
    storage.write(Float32Array.of(100));
    const second = program.run(feeds(1));
    expect((await first).y).toEqual(Float32Array.of(1));
    expect(await read).toEqual(Float32Array.of(2));
    expect((await second).y).toEqual(Float32Array.of(100));
    expect(await storage.read()).toEqual(Float32Array.of(200));
  });

  test('arrays may be used again as soon as a run was called', async () => {
    const { program } = await doubling(await open());
    const x = Float32Array.of(3);
    const run = program.run({ ...feeds(0), x });
    x[0] = 0;
    expect((await run).y).toEqual(Float32Array.of(3));
  });

  test('a run that fails does not stop those after it', async () => {
    const device = await open();
    const { program } = await doubling(device);
    await expect(program.run({ ...feeds(1), x: new Float32Array(2) })).rejects.toThrow(ShapeError);
    await expect(program.run({ ...feeds(1), z: new Float32Array(2) })).rejects.toThrow("no input 'z'");
    expect((await program.run(feeds(1))).y).toEqual(Float32Array.of(1));
  });
});

describe('disposal', () => {
  const graph = () => ({ outputs: { y: sum(square(input('x', ['tokens']))) } });

  test('a program ends the runs it was asked for, and takes no more', async () => {
    const device = await open();
    const program = await device.compile(graph(), { label: 'squares' });
    const run = program.run({ x: Float32Array.of(1, 2) });
    program.dispose();
    program.dispose();
    expect((await run).y).toEqual(Float32Array.of(5));
    await expect(program.run({ x: Float32Array.of(1) })).rejects.toThrow(DisposedError);
  });

  test('a tensor is named when it is used afterwards', async () => {
    const device = await open();
    const tensor = device.upload(Float32Array.of(1, 2), [2], { label: 'encoder/weight' });
    const program = await device.compile({ outputs: { y: square(variable(tensor)) } });
    expect(device.memory()).toEqual({ bytes: { encoder: 8 }, total: 8 });
    tensor.dispose();
    expect(device.memory().total).toBe(0);
    await expect(tensor.read()).rejects.toThrow("tensor 'encoder/weight'");
    await expect(program.run({})).rejects.toThrow("tensor 'encoder/weight'");
    expect(() => tensor.write(Float32Array.of(1, 2))).toThrow(DisposedError);
  });

  test('a device takes everything with it', async () => {
    const device = await open();
    const tensor = device.upload(Float32Array.of(1), [1]);
    const program = await device.compile(graph());
    await device[Symbol.asyncDispose]();
    expect(device.memory().total).toBe(0);
    expect(() => device.upload(Float32Array.of(1), [1])).toThrow(DisposedError);
    await expect(device.compile(graph())).rejects.toThrow(DisposedError);
    await expect(program.run({ x: Float32Array.of(1) })).rejects.toThrow(DisposedError);
    await expect(tensor.read()).rejects.toThrow(DisposedError);
  });
});

test('data of the wrong size are refused', async () => {
  const device = await open();
  expect(() => device.upload(new Float32Array(5), [2, 3], { label: 'w' })).toThrow(
    "'w': 5 values do not make [2, 3]",
  );
  const tensor = device.upload(new Float32Array(6), [2, 3], { label: 'w' });
  expect(() => tensor.write(new Float32Array(5))).toThrow("'w' holds 6 values, not 5");
});

test('what ONNX Runtime refuses to run is a DeviceError that names the program', async () => {
  const device = await open();
  const impossible = defineOperation<[x: Tensor]>({
    name: 'impossible',
    outputs: ([{ shape }]) => [{ shape, dtype: 'f32' }],
    reference: () => {},
    onnx: ({ inputs: [x], emit }) => [emit.node('Reshape', [x, emit.ints(7)])],
  });
  const y = apply(impossible, [input('x', ['tokens'])], null);
  const program = await device.compile({ outputs: { y } }, { label: 'lookup' });
  const run = program.run({ x: Float32Array.of(7) });
  await expect(run).rejects.toThrow(DeviceError);
  await expect(run).rejects.toThrow("could not run 'lookup'");
});

describe('SCALEARN_THREADS', () => {
  const withVariable = async (value: string, options = {}) => {
    vi.stubEnv('SCALEARN_THREADS', value);
    try {
      using device = await requestOnnxDevice(options);
      return device.threads;
    } finally {
      vi.unstubAllEnvs();
    }
  };

  test('is used where no threads are given', async () => {
    expect(await withVariable('3')).toBe(3);
    expect(await withVariable('3', { threads: 2 })).toBe(2);
    expect(await withVariable('')).toBeUndefined();
  });

  test.each(['0', '-1', '1.5', 'all', '12345'])('%j is refused by name', async (value) => {
    await expect(withVariable(value)).rejects.toThrow(ArgumentError);
    await expect(withVariable(value)).rejects.toThrow(`SCALEARN_THREADS is "${value}"`);
  });
});

test('a page that is not isolated from other origins has one thread', async () => {
  vi.stubGlobal('crossOriginIsolated', false);
  using device = await requestOnnxDevice({ threads: 3 });
  vi.unstubAllGlobals();
  expect(device.description).toMatch(/, 1 thread$/);
});
