import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { gradients } from '../../../src/autodiff/gradient.ts';
import { ReferenceDevice } from '../../../src/devices/reference.ts';
import { listAdapters } from '../../../src/devices/webgpu/adapter.ts';
import { requestWebGPUDevice, type WebGPUDevice } from '../../../src/devices/webgpu/device.ts';
import type { WebGPUProgram } from '../../../src/devices/webgpu/program.ts';
import { DeviceError } from '../../../src/errors.ts';
import { fed } from '../../../src/graph/feeds.ts';
import { input } from '../../../src/graph/leaves.ts';
import { square, sum } from '../../../src/ops/arithmetic.ts';
import { linear } from '../../../src/ops/matmul.ts';
import { relativeDifference } from '../../operations/harness.ts';

const [adapter] = await listAdapters();
const hasHalves = adapter?.features.includes('shader-f16') === true;
let device: WebGPUDevice | undefined;
beforeAll(async () => {
  if (hasHalves) device = await requestWebGPUDevice({ precision: 'f16', forceVariant: 'workgroup' });
});
afterAll(() => device?.dispose());

const [x, w] = [input('x', [20, 12]), input('w', [16, 12])];
const y = linear(x, w);
// A gradient that f16 cannot hold: 1e-6 times a difference.
const loss = sum(square(y));
const outputs = { y, dw: gradients(loss, [w])[0] ?? loss };
const numbers = (size: number, scale: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => scale * Math.sin(1 + i * 0.7));

test.runIf(hasHalves)('values are multiplied as f16, gradients are not', async () => {
  const program = (await device?.compile({ outputs })) as WebGPUProgram;
  const types = program.kernels
    .filter(({ code }) => code.includes('tileA'))
    .map(({ code }) =>
      ['tileA', 'tileB'].map((name) => new RegExp(`${name}: array<vec4(.)`).exec(code)?.[1]),
    );
  expect(types).toEqual([
    ['h', 'h'],
    ['f', 'h'],
  ]);
  // The gradient is as small as x: f16 holds x, and not the square of x.
  const feeds = { x: numbers(20 * 12, 1e-4), w: numbers(16 * 12, 1e-4) };
  using exact = await new ReferenceDevice('float64').compile({ outputs });
  const [actual, expected] = [await program.run(feeds), await exact.run(feeds)];
  for (const name of ['y', 'dw']) {
    const difference = relativeDifference(fed(actual, name), fed(expected, name));
    expect(difference, name).toBeLessThan(2e-3);
    expect(difference, `${name} as f32`).toBeGreaterThan(2e-6);
  }
  program.dispose();
});

test.runIf(hasHalves)('a frozen weight is stored as f16 unless another storage is asked for', () => {
  expect(device?.weightStorage).toBe('f16');
});

test.runIf(!hasHalves)('an adapter without f16 refuses it', async () => {
  await expect(requestWebGPUDevice({ precision: 'f16' })).rejects.toThrow(DeviceError);
});

test('a precision and a setting that do not exist are refused by name', async () => {
  await expect(requestWebGPUDevice({ precision: 'f64' as 'f32' })).rejects.toThrow("no precision 'f64'");
  vi.stubEnv('SCALEARN_TUNE', 'yes');
  await expect(requestWebGPUDevice()).rejects.toThrow("SCALEARN_TUNE is 'yes'");
  vi.unstubAllEnvs();
});
