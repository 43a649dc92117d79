// Checks the results and gradients of a custom operation on every available device.
import { DeviceError, requestDevice } from '@scalearn/core';
import { checkOperation } from '@scalearn/core/testing';
import { rmsNorm } from './rms-norm.ts';

const [rows, width] = [7, 37];
const x = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * 1.3));
const weight = Float32Array.from({ length: width }, (_, i) => 1 + 0.5 * Math.cos(i));

for (const kind of ['reference', 'onnx', 'webgpu'] as const) {
  try {
    await using device = await requestDevice({ device: kind });
    await checkOperation({
      inputs: { x: { shape: ['rows', width], values: x }, weight: { shape: [width], values: weight } },
      build: (inputs) => rmsNorm(inputs.x!, inputs.weight!),
      devices: [device],
    });
    console.log(`${kind}: rmsNorm and its gradients agree with the reference`);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    console.log(`${kind}: ${error.message}`);
  }
}
