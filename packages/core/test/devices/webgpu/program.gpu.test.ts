import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { findAdapter, openDevice } from '../../../src/devices/webgpu/adapter.ts';
import { GpuContext } from '../../../src/devices/webgpu/context.ts';
import { requestWebGPUDevice, type WebGPUDevice } from '../../../src/devices/webgpu/device.ts';
import { kernelVariants } from '../../../src/devices/webgpu/profile.ts';
import { Waiter } from '../../../src/devices/webgpu/waiting.ts';
import { DeviceError, DeviceLostError, DisposedError, ShapeError } from '../../../src/errors.ts';
import { input, variable } from '../../../src/graph/leaves.ts';
import { add, multiply, scale, square, sum } from '../../../src/ops/arithmetic.ts';
import { embedding } from '../../../src/ops/embedding.ts';
import { linear, matmul } from '../../../src/ops/matmul.ts';
import { relativeDifference } from '../../operations/harness.ts';
import { smallTraining, trainingDifference, trainSteps } from './training-graph.ts';

let gpu: GPUDevice;
let device: WebGPUDevice;

async function openGpu(): Promise<GPUDevice> {
  const found = await findAdapter();
  if (!found) throw new Error('no WebGPU adapter');
  return await openDevice(found.adapter);
}

beforeAll(async () => {
  gpu = await openGpu();
  device = (await requestWebGPUDevice({ gpu })) as WebGPUDevice;
});
afterAll(() => {
  device?.dispose();
  gpu?.destroy();
});

describe('a training graph', () => {
  test('follows the reference for 20 steps', async () => {
    expect(await trainingDifference(device)).toBeLessThan(1e-4);
  });

  test('needs few dispatches: one for AdamW, whole layers in one', async () => {
    const { graph } = smallTraining(device);
    const program = await device.compile(graph);
    const labels = program.kernels.map(({ label }) => label);
    expect(labels.filter((label) => label.includes('adam'))).toEqual(['adamM + adamV + adamW']);
    expect(labels).toContain('matmul + gelu');
    expect(labels.length).toBeLessThanOrEqual(14);
    program.dispose();
  });

  test('gives the same bits in every run, whatever the capacity', async () => {
    const run = async (capacity?: Record<string, number>): Promise<unknown> => {
      const training = smallTraining(device);
      const program = await device.compile(training.graph, capacity ? { capacity } : {});
      const result = await trainSteps(program, training, 10);
      program.dispose();
      return result;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(await run({ sequences: 200 })).toEqual(first);
  });

  test('creates nothing after the third run, and holds as much after 50 steps as after 3', async () => {
    const training = smallTraining(device);
    const program = await device.compile(training.graph);
    for (let step = 0; step < 3; step++) await program.run(training.feeds(step));
    const spies = (
      [
        'createBuffer',
        'createBindGroup',
        'createComputePipelineAsync',
        'createShaderModule',
        'createBindGroupLayout',
        'createPipelineLayout',
      ] as const
    ).map((name) => vi.spyOn(gpu, name));
    const bytes = device.memory().total;
    for (let step = 3; step < 26; step++) await program.run(training.feeds(step));
    // Without waiting for each: losses are read some steps behind.
    const pending = Array.from({ length: 24 }, (_, i) => program.run(training.feeds(26 + i)));
    const results = await Promise.all(pending);
    for (const { loss } of results) expect(loss?.[0]).toBeGreaterThan(0);
    for (const spy of spies) {
      expect(spy, spy.getMockName()).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    expect(device.memory().total).toBe(bytes);
    program.dispose();
    for (const tensor of training.state) tensor.dispose();
  });

  test('makes room for larger batches', async () => {
    const training = smallTraining(device);
    const program = await device.compile(training.graph, { capacity: { sequences: 8 } });
    const small = await program.run(training.feeds(0, 8));
    const large = await program.run(training.feeds(0, 300));
    expect(small.loss).toHaveLength(1);
    expect(Number.isFinite(large.loss?.[0])).toBe(true);
    program.dispose();
  });

  test('keeps what is pending when it makes room, and goes on after a bad batch', async () => {
    const program = await device.compile({ outputs: { y: scale(input('x', ['tokens']), 2) } });
    const sizes = [4, 8, 500, 70_000, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3];
    const pending = sizes.map((size) => program.run({ x: new Float32Array(size).fill(size) }));
    const bad = [program.run({ x: Int32Array.of(1) }), program.run({})];
    const last = program.run({ x: Float32Array.of(21) });
    for (const run of bad) await expect(run).rejects.toThrow(ShapeError);
    for (const [i, { y }] of (await Promise.all(pending)).entries())
      expect(y).toEqual(new Float32Array(sizes[i] as number).fill(2 * (sizes[i] as number)));
    expect((await last).y).toEqual(Float32Array.of(42));
    program.dispose();
  });

  test('frees all it took', async () => {
    const before = device.memory().total;
    const training = smallTraining(device);
    const program = await device.compile(training.graph);
    await program.run(training.feeds(0));
    expect(device.memory().bytes.arena).toBeGreaterThan(0);
    program.dispose();
    for (const tensor of training.state) tensor.dispose();
    expect(device.memory().total).toBe(before);
  });
});

describe('updates', () => {
  test('see old values only, also where variables take each other’s', async () => {
    const [a, b] = [
      device.upload(Float32Array.of(1, 2, 3, 4), [4]),
      device.upload(Float32Array.of(5, 6, 7, 8), [4]),
    ];
    const [x, y] = [variable(a), variable(b)];
    const graph = {
      outputs: { x, sum: add(x, y) },
      updates: [
        { variable: x, value: y },
        { variable: y, value: scale(x, 10) },
      ],
    };
    const program = await device.compile(graph);
    const result = await program.run({});
    expect(result.x).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(result.sum).toEqual(Float32Array.of(6, 8, 10, 12));
    expect(await a.read()).toEqual(Float32Array.of(5, 6, 7, 8));
    expect(await b.read()).toEqual(Float32Array.of(10, 20, 30, 40));
    program.dispose();
  });

  test('wait for all readers of the old value', async () => {
    const a = device.upload(Float32Array.of(1, 2, 3, 4), [4]);
    const x = variable(a);
    // The square is computed after the update in the graph's order, and must still see the old value.
    const next = add(x, input('delta', [4]));
    const program = await device.compile({
      outputs: { next: multiply(next, next), old: sum(square(x)) },
      updates: [{ variable: x, value: next }],
    });
    const result = await program.run({ delta: Float32Array.of(1, 1, 1, 1) });
    expect(result.next).toEqual(Float32Array.of(4, 9, 16, 25));
    expect(result.old).toEqual(Float32Array.of(30));
    expect(await a.read()).toEqual(Float32Array.of(2, 3, 4, 5));
    program.dispose();
  });
});

describe('storage in f16', () => {
  test.each(kernelVariants)('of weights and tables, sums in f32: %s', async (forceVariant) => {
    const device = (await requestWebGPUDevice({ gpu, forceVariant })) as WebGPUDevice;
    const [rows, width] = [24, 40];
    const values = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i));
    const half = device.upload(values, [rows, width], { storage: 'f16', label: 'half' });
    expect(half.bytes).toBe(rows * width * 2);
    const rounded = (await half.read()) as Float32Array;
    expect(relativeDifference(rounded, values)).toBeLessThan(5e-4);
    const full = device.upload(rounded, [rows, width]);
    const x = input('x', ['tokens', width]);
    const z = input('z', ['tokens', rows]);
    const ids = input('ids', ['tokens'], 'i32');
    const outputs = (w: ReturnType<typeof variable>) => ({
      nt: linear(x, w),
      nn: matmul(z, w),
      rows: embedding(w, ids),
    });
    const feeds = {
      x: Float32Array.from({ length: 9 * width }, (_, i) => Math.cos(i)),
      z: Float32Array.from({ length: 9 * rows }, (_, i) => Math.cos(i)),
      ids: Int32Array.of(0, 3, 23, 5, 3, 1, 1, 2, 9),
    };
    const [a, b] = await Promise.all([
      device.compile({ outputs: outputs(variable(half)) }),
      device.compile({ outputs: outputs(variable(full)) }),
    ]);
    expect(await a.run(feeds)).toEqual(await b.run(feeds));
    await expect(
      device.compile({ outputs: {}, updates: [{ variable: variable(half), value: variable(full) }] }),
    ).rejects.toThrow(DeviceError);
  });
});

describe('errors', () => {
  test('a kernel that does not compile is named, with the compiler’s words', async () => {
    const profile = { matmul: 'register', rows: 'thread', subgroupSize: 0 } as const;
    const context = new GpuContext(gpu, profile, new Waiter(0.5));
    const broken = {
      label: 'broken',
      code: 'fn main() -> nothing {}',
      bindings: [],
      sizes: [],
      cleared: [],
      flops: () => 0,
      bytes: () => 0,
    };
    const compiled = context.pipeline({ ...broken, groups: () => [1, 1, 1] });
    await expect(compiled).rejects.toThrow(/kernel 'broken' does not compile: .*nothing/);
    await expect(compiled).rejects.toThrow(DeviceError);
  });

  test('a tensor of another device', async () => {
    const foreign = new ReferenceDevice().upload(new Float32Array(4), [4], { label: 'foreign' });
    const program = await device.compile({ outputs: { y: square(variable(foreign)) } });
    await expect(program.run({})).rejects.toThrow("'foreign' lives on another device");
  });

  test('use after disposal', async () => {
    const tensor = device.upload(new Float32Array(4), [4], { label: 'gone' });
    const program = await device.compile({ outputs: { y: square(variable(tensor)) } });
    tensor.dispose();
    await expect(program.run({})).rejects.toThrow(DisposedError);
    await expect(tensor.read()).rejects.toThrow(DisposedError);
    program.dispose();
    await expect(program.run({})).rejects.toThrow(DisposedError);
  });
});

describe('the end of a device', () => {
  test('a device that was passed in outlives ours', async () => {
    const own = (await requestWebGPUDevice({ gpu })) as WebGPUDevice;
    own.upload(new Float32Array(4), [4]);
    own.dispose();
    expect(own.memory().total).toBe(0);
    await expect(own.compile({ outputs: {} })).rejects.toThrow(DisposedError);
    expect(() => own.upload(new Float32Array(4), [4])).toThrow(DisposedError);
    const still = device.upload(Float32Array.of(1), [1]);
    expect(await still.read()).toEqual(Float32Array.of(1));
  });

  test('dispose() with runs pending rejects them', async () => {
    const own = (await requestWebGPUDevice()) as WebGPUDevice;
    const training = smallTraining(own);
    const program = await own.compile(training.graph);
    await program.run(training.feeds(0));
    const pending = Array.from({ length: 12 }, (_, i) => program.run(training.feeds(i)));
    own.dispose();
    const results = await Promise.allSettled(pending);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DisposedError);
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
  });

  test('a lost GPU rejects what is pending and all that follows, and is told once', async () => {
    const lostGpu = await openGpu();
    const own = (await requestWebGPUDevice({ gpu: lostGpu })) as WebGPUDevice;
    const training = smallTraining(own);
    const program = await own.compile(training.graph);
    await program.run(training.feeds(0));
    const pending = program.run(training.feeds(1));
    lostGpu.destroy();
    await expect(pending).rejects.toThrow(DeviceLostError);
    expect(typeof (await own.lost)).toBe('string');
    await expect(program.run(training.feeds(2))).rejects.toThrow(DeviceLostError);
    expect(() => own.upload(new Float32Array(4), [4])).toThrow(DeviceLostError);
    own.dispose();
  });
});

describe('tensors larger than what the adapter binds', () => {
  test('tables that are only looked up stay on the host; all else is refused by name', async () => {
    const found = await findAdapter();
    const small = await (found as NonNullable<typeof found>).adapter.requestDevice({
      requiredLimits: { maxStorageBufferBindingSize: 128 * 2 ** 20 },
    });
    const own = (await requestWebGPUDevice({ gpu: small, forceVariant: 'register' })) as WebGPUDevice;
    const [rows, width] = [70_000, 512];
    const values = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) values[row * width + 7] = row;
    const table = own.upload(values, [rows, width], { label: 'table' });
    expect(table.bytes).toBe(0);
    const ids = input('ids', ['tokens'], 'i32');
    const program = await own.compile({ outputs: { y: sum(scale(embedding(variable(table), ids), 2), 1) } });
    const feeds = { ids: Int32Array.of(69_999, 3, 0) };
    expect((await program.run(feeds)).y).toEqual(Float32Array.of(139_998, 6, 0));
    await expect(own.compile({ outputs: { y: square(variable(table)) } })).rejects.toThrow(
      /'table' has 143360000 bytes.*no more than 134217728/,
    );
    own.dispose();
    small.destroy();
  });
});
