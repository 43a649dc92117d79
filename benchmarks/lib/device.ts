import { type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { type OnnxPrecision, type RuntimeName, requestOnnxDevice } from '@scalearn/onnx';
import type { BenchmarkOptions } from './options.ts';

export interface OpenedDevice extends Pick<BenchmarkOptions, 'device' | 'threads'> {
  /** How the onnx device keeps weights; f32 by default. */
  readonly precision?: OnnxPrecision;
  /** The package of the onnx device; the native one by default. */
  readonly runtime?: RuntimeName | undefined;
}

/** Opens the device that `--device` names. */
export async function openDevice({
  device,
  threads,
  precision = 'f32',
  runtime,
}: OpenedDevice): Promise<Device> {
  const onnx = (): Promise<Device> => requestOnnxDevice({ threads, precision, ...(runtime && { runtime }) });
  return requestDevice({ device: device as DeviceChoice, onnx });
}
