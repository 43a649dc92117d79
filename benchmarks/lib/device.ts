import { type Device, ReferenceDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import type { BenchmarkOptions } from './options.ts';

/** Opens the device that `--device` names. */
export async function openDevice({
  device,
  threads,
}: Pick<BenchmarkOptions, 'device' | 'threads'>): Promise<Device> {
  switch (device) {
    case 'onnx':
      return requestOnnxDevice({ threads });
    case 'reference':
      return new ReferenceDevice('float32');
    default:
      throw new Error(`there is no device '${device}' to measure; there are onnx, reference`);
  }
}
