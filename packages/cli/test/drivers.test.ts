import { UsageError } from '@scalearn/experiments';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { askDrivers } from '../src/devices/ask-drivers.ts';
import { openDevice } from '../src/devices/open-device.ts';
import { type DoctorEvent, examine } from '../src/doctor/examine.ts';

/** Makes every process that is started run a program first. */
const first = (code: string): void =>
  void vi.stubEnv('NODE_OPTIONS', `--import=data:text/javascript,${code}`);
afterEach(() => void vi.unstubAllEnvs());

test('what a driver prints is collected, and reports among it are read', async () => {
  first("console.error('Warning:%20a');console.log('Info:%20b')");
  const events: string[] = [];
  const { messages, failure } = await askDrivers('none', ({ event }) => events.push(event));
  expect(messages).toEqual(expect.arrayContaining(['Warning: a', 'Info: b']));
  expect([events, failure]).toEqual([['adapters'], undefined]);
});

test('a driver that crashes is a warning, and another device is opened', async () => {
  first("process.kill(process.pid,'SIGSEGV')");
  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(text);
  using device = await openDevice('auto', warn, { mayHaveGpu: () => true });
  expect(device.kind).toBe('onnx');
  expect(warnings).toEqual([
    'the graphics driver ended its process with SIGSEGV; scalearn doctor shows what it printed',
  ]);
});

test('the drivers are not asked where there can be no GPU', async () => {
  first("process.kill(process.pid,'SIGSEGV')");
  const warnings: string[] = [];
  using device = await openDevice('auto', (text) => warnings.push(text), { mayHaveGpu: () => false });
  expect([device.kind, warnings]).toEqual(['onnx', []]);
});

test('doctor shows the machine before it asks the drivers, and goes on after a crash', async () => {
  first("console.error('Error:%20lost');process.exit(3)");
  const events: DoctorEvent[] = [];
  const report = examine((event) => events.push(event), { extent: 'quick' });
  expect(events).toMatchObject([{ event: 'runtime', runtime: { scalearn: expect.any(String) } }]);
  const { messages, devices, healthy } = await report;
  expect(messages).toEqual(['Error: lost']);
  expect(devices).toMatchObject([
    { device: 'webgpu', failure: 'the graphics driver ended its process with exit code 3' },
    { device: 'onnx', test: { passed: true } },
    { device: 'reference', test: { passed: true } },
  ]);
  expect(healthy).toBe(false);
});

describe('a precision', () => {
  const open = (precision: 'f16' | 'int8', device?: 'onnx' | 'webgpu' | 'reference') =>
    openDevice(device, () => {}, { precision, threads: 1, mayHaveGpu: () => false });

  test('chooses the device that has it', async () => {
    using device = await open('int8');
    expect([device.kind, device.weightStorage]).toEqual(['onnx', 'int8']);
  });

  test.each([
    ['int8', 'webgpu', '--precision int8 needs --device onnx, not webgpu'],
    ['int8', 'reference', '--precision int8 needs --device onnx, not reference'],
    ['f16', 'onnx', '--precision f16 needs --device webgpu, not onnx'],
  ] as const)('%s is refused on %s', (precision, device, message) => {
    expect(() => open(precision, device)).toThrow(new UsageError(message));
  });
});
