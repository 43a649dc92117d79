import { existsSync } from 'node:fs';
import { type AdapterDescription, type Device, type DeviceChoice, requestDevice } from '@scalearn/core';
import { requestOnnxDevice } from '@scalearn/onnx';
import { tuningFiles } from '../folders/tuning-files.ts';
import { askDrivers } from './ask-drivers.ts';

/**
 * Opens the requested device, or the best available one. The drivers are not asked where there can be no GPU.
 *
 * @param mayHaveGpu returns whether there can be one; by default Linux says
 * @throws DeviceError that says what to install
 */
export function openDevice(
  choice: DeviceChoice | undefined,
  onWarning: (message: string) => void,
  {
    threads,
    mayHaveGpu = hasGpuFile,
  }: { readonly threads?: number | undefined; readonly mayHaveGpu?: () => boolean } = {},
): Promise<Device> {
  return requestDevice({
    device: choice,
    onnx: () => requestOnnxDevice(threads === undefined ? {} : { threads }),
    webgpu: { tuning: { store: tuningFiles(onWarning) } },
    adapter: async () => (mayHaveGpu() ? await bestAdapter(onWarning) : softwareAdapter),
    onWarning,
  });
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
