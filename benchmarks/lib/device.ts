import { type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { type OnnxPrecision, requestOnnxDevice } from '@scalearn/onnx';
import type { BenchmarkOptions } from './options.ts';

/** Opens the device that `--device` names. */
export async function openDevice({
  device,
  threads,
  precision = 'f32',
}: Pick<BenchmarkOptions, 'device' | 'threads'> & { readonly precision?: OnnxPrecision }): Promise<Device> {
  const onnx = (): Promise<Device> => requestOnnxDevice({ threads, precision });
  return requestDevice({ device: device as DeviceChoice, onnx });
}
