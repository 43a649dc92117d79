import { type Device, ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { conclusionText, foundText } from '../src/commands/doctor.ts';
import { advise, type DoctorReport } from '../src/doctor/examine.ts';
import { SelfTest } from '../src/doctor/self-test.ts';

const extents = ['training', 'kinds'] as const;

test.each(extents)('the self-test (%s) passes in single precision and in ONNX Runtime', async (extent) => {
  const selfTest = new SelfTest(extent);
  for (const device of [new ReferenceDevice('float32'), await requestOnnxDevice()]) {
    const result = await selfTest.run(device);
    expect(result).toMatchObject({ passed: true });
    // Mask buffers are kept for the next program.
    const { arena: _, ...left } = device.memory().bytes;
    expect(left).toEqual({});
    device.dispose();
  }
});

test.each(extents)(
  'the self-test (%s) fails on a device that is a thousandth off, or computes no numbers',
  async (extent) => {
    const selfTest = new SelfTest(extent);
    // Random weights are uploaded by the encoder, parameters by the trainer.
    const part = extent === 'kinds' ? 'decay' : 'intermediate';
    for (const wrong of [1.001, Number.NaN]) {
      const device: Device = new ReferenceDevice('float32');
      const { upload } = device;
      device.upload = (data, shape, options) =>
        upload.call(
          device,
          options?.label?.includes(part) ? data.map((value) => value * wrong) : data,
          shape,
          options,
        );
      const result = await selfTest.run(device);
      expect(result).toMatchObject({ passed: false });
    }
  },
);

const adapter = {
  ...{ vendor: 'acme', architecture: 'rocket', device: '', description: 'driver 1.2', isSoftware: false },
  ...{ features: ['shader-f16'], limits: { maxBufferSize: 1024 }, subgroupSize: 32 },
};
const result = { passed: true, loss: 1e-7, gradientNorm: 2e-7, parameters: 3e-6, seconds: 1.25 };

test('the report names adapters, results, the choice and what to do', async () => {
  const devices = [
    { device: 'webgpu', variant: 'workgroup', test: { ...result, passed: false } },
    { device: 'onnx', missing: 'needs the package onnxruntime-node: npm install onnxruntime-node' },
    { device: 'reference', test: result },
    { device: 'webgpu', variant: 'register', skipped: 'not used on a software adapter' },
  ];
  const report: DoctorReport = {
    runtime: { node: '24.0.0' },
    adapters: [adapter],
    devices,
    chosen: { device: 'webgpu', description: 'WebGPU on acme', reason: 'it is a GPU' },
    messages: ['Warning: a limit was reduced'],
    advice: await advise([adapter], devices),
    peaks: { f32: 9876.5, bandwidth: 512.25, dispatch: 4.4, submission: 31 },
    tuning: {
      adapter: 'acme',
      products: {
        'tokens×8 · 8×8': {
          tile: 'register 4×4',
          kernels: 'a',
          milliseconds: 0.5,
          usual: 1,
          isComplete: true,
        },
        '8×tokens · 8×8': { tile: 'subgroup', kernels: 'b', milliseconds: 0, usual: 0, isComplete: false },
      },
      struck: [{ product: '9×9 · 9×9', tile: 'register 8×8', kernels: 'a', reason: 'it ended its process' }],
    },
    int8: { ratio: 1.62, weightBits: 7 },
    healthy: false,
  };
  const found = [
    foundText({ event: 'runtime', runtime: report.runtime }),
    foundText({ event: 'adapters', adapters: report.adapters }),
    ...devices.map((examined) => foundText({ event: 'examined', examined })),
  ];
  const text = [...found, conclusionText(report)].join('');
  for (const part of [
    'acme, rocket',
    'driver 1.2',
    'maxBufferSize 1024',
    'shader-f16',
    /webgpu workgroup +FAILED/,
    /onnx +not here/,
    /webgpu register +left out\n/,
    'webgpu register: not used on a software adapter',
    'Messages of the graphics drivers:\n  Warning: a limit was reduced',
    /reference +passed +1\.0e-7/,
    'auto picks webgpu (WebGPU on acme): it is a GPU',
    'npm install onnxruntime-node',
    'Measured peaks of the adapter: f32 9877 GFLOP/s, no f16, memory 512.3 GB/s, 4 µs for each dispatch, 31 µs',
    'tokens×8 · 8×8: register 4×4, 0.500 ms (usual 1.000 ms)\n',
    '8×tokens · 8×8: subgroup, not measured, not all were tried',
    'struck out on this adapter:\n  9×9 · 9×9: register 8×8: it ended its process',
    'in int8 are 1.6 times as fast as in f32 on this CPU, with weights of 7 bits',
    'do not use webgpu with workgroup kernels here',
  ])
    expect(text).toMatch(part);
});

test.each([
  [
    { ratio: 3.1, weightBits: 8 },
    'in int8 are 3.1 times as fast as in f32 on this CPU: try train --precision int8',
  ],
  [
    { ratio: 0.9, weightBits: 7 },
    'in int8 are 0.9 times as fast as in f32 on this CPU: --precision int8 only saves memory',
  ],
] as const)('the report says whether int8 gains: %j', (int8, expected) => {
  const chosen = { device: 'onnx', description: '', reason: 'there is no GPU' };
  const report: DoctorReport = {
    ...{ runtime: {}, adapters: [], devices: [], messages: [], advice: [], healthy: true },
    ...{ chosen, int8 },
  };
  expect(conclusionText(report)).toContain(expected);
});
