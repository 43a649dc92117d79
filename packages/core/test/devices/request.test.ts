import { afterEach, expect, test } from 'vitest';
import { ReferenceDevice } from '../../src/devices/reference.ts';
import { type DeviceChoice, requestDevice } from '../../src/devices/request.ts';
import { DeviceError } from '../../src/errors.ts';

const saved = process.env.SCALEARN_DEVICE;
afterEach(() => {
  if (saved === undefined) delete process.env.SCALEARN_DEVICE;
  else process.env.SCALEARN_DEVICE = saved;
});

// Stands for the onnx device: what matters here is which function is called.
const onnx = async (): Promise<ReferenceDevice> => new ReferenceDevice('float64');
const isOnnx = (device: unknown): boolean => (device as ReferenceDevice).precision === 'float64';

test('a device is opened by its name', async () => {
  expect(isOnnx(await requestDevice({ device: 'onnx', onnx }))).toBe(true);
  expect((await requestDevice({ device: 'reference', onnx })).kind).toBe('reference');
});

test('the environment names the device where the caller does not', async () => {
  process.env.SCALEARN_DEVICE = 'reference';
  expect(isOnnx(await requestDevice({ onnx }))).toBe(false);
  expect(isOnnx(await requestDevice({ device: 'onnx', onnx }))).toBe(true);
});

test('an unknown name is refused with the known ones', async () => {
  await expect(requestDevice({ device: 'cuda' as DeviceChoice })).rejects.toThrow(
    'auto, webgpu, onnx, reference',
  );
});

test('a device asked for by name that is missing is an error, in auto a warning', async () => {
  const missing = async (): Promise<never> => {
    throw new DeviceError('not installed');
  };
  await expect(requestDevice({ device: 'onnx', onnx: missing })).rejects.toThrow('not installed');
  const warnings: string[] = [];
  const device = await requestDevice({
    device: 'auto',
    onnx: missing,
    onWarning: (text) => warnings.push(text),
  });
  // On a real GPU nothing is missing; in software, or without any adapter, the user is told.
  const hardware = device.kind === 'webgpu' && !device.description.includes('software');
  expect(warnings.length).toBe(hardware ? 0 : 1);
  device.dispose();
});
