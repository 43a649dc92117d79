import { expect, test } from 'vitest';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { requestWebGPUDevice, type WebGPUDevice } from '../../../src/devices/webgpu/device.ts';
import { memoryStore } from '../../../src/devices/webgpu/tune/store.ts';
import { fed } from '../../../src/graph/feeds.ts';
import { input } from '../../../src/graph/leaves.ts';
import { matmul } from '../../../src/ops/matmul.ts';
import { relativeDifference } from '../../operations/harness.ts';

const graph = { outputs: { y: matmul(input('a', ['tokens', 12]), input('b', [12, 20])) } };
const feeds = {
  a: Float32Array.from({ length: 7 * 12 }, (_, i) => Math.sin(i)),
  b: Float32Array.from({ length: 12 * 20 }, (_, i) => Math.cos(i)),
};
const name = 'tokens×12 · 12×20';

test('a device measures a product once, records its kernel, and a later device takes it', async () => {
  const store = memoryStore();
  const measured: string[] = [];
  const open = async (): Promise<WebGPUDevice> => {
    const tuning = {
      store,
      candidates: 2,
      milliseconds: 60_000,
      onProduct: (each: string) => measured.push(each),
    };
    return (await requestWebGPUDevice({ tune: true, tuning })) as WebGPUDevice;
  };
  await using first = await open();
  using program = await first.compile(graph);
  expect(measured).toEqual([name]);
  const { [name]: tuned } = first.tuning?.products ?? {};
  expect(tuned?.milliseconds).toBeGreaterThan(0);
  expect(first.kernels).toEqual({ [name]: tuned?.tile });
  using exact = await new ReferenceDevice('float64').compile(graph);
  const [actual, expected] = [await program.run(feeds), await exact.run(feeds)];
  expect(relativeDifference(fed(actual, 'y'), fed(expected, 'y'))).toBeLessThan(2e-5);

  await using second = await open();
  using _again = await second.compile(graph);
  expect(measured).toEqual([name]);
  expect(second.kernels).toEqual(first.kernels);

  // A device that measures nothing takes the kernels of a record.
  await using third = (await requestWebGPUDevice({ tune: false })) as WebGPUDevice;
  third.useKernels({ [name]: 'register 4×4' });
  using recorded = await third.compile(graph);
  expect(third.kernels).toEqual({ [name]: 'register 4×4' });
  const repeated = await recorded.run(feeds);
  expect(relativeDifference(fed(repeated, 'y'), fed(expected, 'y'))).toBeLessThan(2e-5);
});

test('a device that measures nothing has no record', async () => {
  await using device = (await requestWebGPUDevice({ tune: false })) as WebGPUDevice;
  using _ = await device.compile(graph);
  expect([device.kernels, device.tuning]).toEqual([{}, undefined]);
});
