import { existsSync } from 'node:fs';
import {
  type AdapterDescription,
  type Device,
  type DeviceChoice,
  requestDevice,
  type WeightStorage,
} from '@scalearn/core';
import { UsageError } from '@scalearn/experiments';
import { requestOnnxDevice } from '@scalearn/onnx';
import { tuningFiles } from '../folders/tuning-files.ts';
import { askDrivers } from './ask-drivers.ts';

export interface OpenDeviceOptions {
  /** CPU threads of ONNX Runtime; all by default. */
  readonly threads?: number | undefined;
  /** How frozen weights are kept; f32 by default. Other precisions choose the device that has them. */
  readonly precision?: WeightStorage | undefined;
  /** Returns whether there can be a GPU; by default Linux says. */
  readonly mayHaveGpu?: () => boolean;
}

/**
 * Opens the requested device, or the best available one. The drivers are not asked where there can be no GPU.
 *
 * @throws DeviceError that says what to install, UsageError for a device that lacks the precision
 */
export function openDevice(
  choice: DeviceChoice | undefined,
  onWarning: (message: string) => void,
  { threads, precision = 'f32', mayHaveGpu = hasGpuFile }: OpenDeviceOptions = {},
): Promise<Device> {
  return requestDevice({
    device: deviceWith(precision, choice),
    onnx: () =>
      requestOnnxDevice({
        ...(precision === 'int8' && { precision }),
        ...(threads !== undefined && { threads }),
      }),
    webgpu: { ...(precision === 'f16' && { precision }), tuning: { store: tuningFiles(onWarning) } },
    adapter: async () => (mayHaveGpu() ? await bestAdapter(onWarning) : softwareAdapter),
    onWarning,
  });
}

/** Returns the device that is asked for, or the one that has the precision. @throws UsageError if the two differ */
function deviceWith(precision: WeightStorage, choice: DeviceChoice | undefined): DeviceChoice | undefined {
  if (precision === 'f32') return choice;
  const only = precision === 'int8' ? 'onnx' : 'webgpu';
  if (choice === undefined || choice === 'auto' || choice === only) return only;
  throw new UsageError(`--precision ${precision} needs --device ${only}, not ${choice}`);
}

/** What Linux has for a GPU: of Mesa's drivers, NVIDIA, Windows below Linux, Qualcomm, ARM. */
const gpuFiles = ['/dev/dri', '/dev/nvidiactl', '/dev/dxg', '/dev/kgsl-3d0', '/dev/mali0'];

/** Returns whether the machine may have a GPU. Only Linux can be asked without its drivers. */
const hasGpuFile = (): boolean => process.platform !== 'linux' || gpuFiles.some((path) => existsSync(path));

/** An adapter on the CPU, of which nothing else is known. */
const softwareAdapter: AdapterDescription = {
  subgroupSize: undefined,
  ...{
    vendor: '',
    architecture: '',
    device: '',
    description: '',
    isSoftware: true,
    features: [],
    limits: {},
  },
};

/**
 * Describes the adapter that WebGPU would open. The drivers are asked in another process, because they print to
 * standard error: without a GPU, no driver is loaded into this one.
 */
async function bestAdapter(onWarning: (message: string) => void): Promise<AdapterDescription | undefined> {
  let best: AdapterDescription | undefined;
  const { failure } = await askDrivers('none', (event) => {
    if (event.event === 'adapters') [best] = event.adapters;
  });
  if (failure !== undefined) onWarning(`${failure}; scalearn doctor shows what it printed`);
  return best;
}
