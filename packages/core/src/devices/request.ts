import { ArgumentError, DeviceError } from '../errors.ts';
import type { Device } from './device.ts';
import { environment, messageOf } from './environment.ts';
import { ReferenceDevice } from './reference.ts';
import { describeBestAdapter } from './webgpu/adapter.ts';
import { requestWebGPUDevice } from './webgpu/device.ts';

export const deviceChoices = ['auto', 'webgpu', 'onnx', 'reference'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

export interface RequestDeviceOptions {
  /** By default what SCALEARN_DEVICE says, else `auto`. */
  readonly device?: DeviceChoice;
  /** Makes the onnx device, `requestOnnxDevice` of `@scalearn/onnx`; by default that package is looked for. */
  readonly onnx?: () => Promise<Device>;
  /** A GPU device to use; it is never destroyed by the library. */
  readonly gpu?: GPUDevice;
  /** Told what falls short of what one would want; by default the console. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Finds the best device: a real GPU, else ONNX Runtime where `@scalearn/onnx` and it are installed, else a WebGPU
 * adapter in software, else the interpreter, with a warning.
 *
 * @throws DeviceError if a device is asked for by name that is not there, ArgumentError for an unknown name
 */
export async function requestDevice(options: RequestDeviceOptions = {}): Promise<Device> {
  const { gpu, onnx = importOnnx, onWarning = console.warn } = options;
  const choice = gpu ? 'webgpu' : (options.device ?? environment('SCALEARN_DEVICE') ?? 'auto');
  switch (choice) {
    case 'webgpu': {
      const device = await requestWebGPUDevice(gpu ? { gpu } : {});
      if (device) return device;
      throw new DeviceError(
        'there is no WebGPU adapter; install a graphics driver (Mesa has one in software), or use the device onnx',
      );
    }
    case 'onnx':
      return onnx();
    case 'reference':
      return new ReferenceDevice();
    case 'auto':
      break;
    default:
      throw new ArgumentError(`there is no device '${choice}'; there are ${deviceChoices.join(', ')}`);
  }
  const adapter = await describeBestAdapter().catch(() => undefined);
  const openWebGPU = async (): Promise<Device | undefined> =>
    adapter && requestWebGPUDevice().catch(() => undefined);
  if (adapter && !adapter.isSoftware) {
    const device = await openWebGPU();
    if (device) return device;
    onWarning(`The GPU ${adapter.description || adapter.vendor} could not be opened.`);
  }
  try {
    return await onnx();
  } catch (error) {
    const reason = messageOf(error);
    const device = await openWebGPU();
    if (device)
      onWarning(
        `There is no GPU, and no ONNX Runtime (${reason}); using ${device.description}, which is slow.`,
      );
    else
      onWarning(
        `There is neither WebGPU nor ONNX Runtime (${reason}); using a plain interpreter, which is very slow.`,
      );
    return device ?? new ReferenceDevice();
  }
}

async function importOnnx(): Promise<Device> {
  // Not a dependency: core has none. The name stands in a variable so that bundlers leave the import alone.
  const name = '@scalearn/onnx';
  let module: { requestOnnxDevice(): Promise<Device> };
  try {
    module = await import(/* @vite-ignore */ name);
  } catch (cause) {
    throw new DeviceError(
      'the onnx device needs the package @scalearn/onnx: npm install @scalearn/onnx onnxruntime-node',
      { cause },
    );
  }
  return module.requestOnnxDevice();
}
