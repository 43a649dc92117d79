import { type Device, ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { expect, test } from 'vitest';
import { reportText } from '../src/commands/doctor.ts';
import { advise, type DoctorReport } from '../src/doctor/examine.ts';
import { SelfTest } from '../src/doctor/self-test.ts';

test('the self-test passes in single precision and in ONNX Runtime', async () => {
  const selfTest = new SelfTest();
  for (const device of [new ReferenceDevice('float32'), await requestOnnxDevice()]) {
    const result = await selfTest.run(device);
    expect(result).toMatchObject({ passed: true });
    // Mask buffers are kept for the next program.
    const { arena: _, ...left } = device.memory().bytes;
    expect(left).toEqual({});
    device.dispose();
  }
});

test('the self-test fails on a device whose weights are a thousandth off, or not numbers', async () => {
  const selfTest = new SelfTest();
  for (const wrong of [1.001, Number.NaN]) {
    const device: Device = new ReferenceDevice('float32');
    const { upload } = device;
    device.upload = (data, shape, options) =>
      upload.call(
        device,
        options?.label?.includes('intermediate') ? data.map((value) => value * wrong) : data,
        shape,
        options,
      );
    const result = await selfTest.run(device);
    expect(result).toMatchObject({ passed: false });
  }
});

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
  ];
  const report: DoctorReport = {
    runtime: { node: '24.0.0' },
    adapters: [adapter],
    devices,
    chosen: { device: 'webgpu', description: 'WebGPU on acme', reason: 'it is a GPU' },
    advice: await advise([adapter], devices),
    healthy: false,
  };
  const text = reportText(report);
  for (const part of [
    'acme, rocket',
    'driver 1.2',
    'maxBufferSize 1024',
    'shader-f16',
    /webgpu workgroup +FAILED/,
    /onnx +not here/,
    /reference +passed +1\.0e-7/,
    'auto picks webgpu (WebGPU on acme): it is a GPU',
    'npm install onnxruntime-node',
    'do not use webgpu with workgroup kernels here',
  ])
    expect(text).toMatch(part);
});
