import { type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import type { BenchmarkOptions } from './options.ts';

/** Opens the device that `--device` names. */
export async function openDevice({
  device,
  threads,
}: Pick<BenchmarkOptions, 'device' | 'threads'>): Promise<Device> {
  return requestDevice({ device: device as DeviceChoice, onnx: () => requestOnnxDevice({ threads }) });
}
