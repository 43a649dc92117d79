import { ArgumentError, DeviceError } from '../errors.ts';
import type { Device } from './device.ts';
import { environment, type GpuDevice, messageOf } from './environment.ts';
import { ReferenceDevice } from './reference.ts';
import { type AdapterDescription, describeBestAdapter } from './webgpu/adapter.ts';
import { requestWebGPUDevice, type WebGPUOptions } from './webgpu/device.ts';

export const deviceChoices = ['auto', 'webgpu', 'onnx', 'reference'] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

export interface RequestDeviceOptions {
  /** Device to use; by default the environment variable SCALEARN_DEVICE, else `auto`. */
  readonly device?: DeviceChoice;
  /** Creates the onnx device: `requestOnnxDevice` of `@scalearn/onnx`. By default that package is imported. */
  readonly onnx?: () => Promise<Device>;
  /** A GPU device to use; by default one is requested. The library never destroys it. */
  readonly gpu?: GpuDevice;
  /** Options for WebGPU; see `requestWebGPUDevice` for the default of each. */
  readonly webgpu?: Omit<WebGPUOptions, 'gpu'>;
  /**
   * Describes the adapter that WebGPU would open, for the choice of `auto`; by default WebGPU is asked in this process.
   * It returns undefined if there is none.
   */
  readonly adapter?: () => Promise<AdapterDescription | undefined>;
  /** Receives warnings, such as a slow device; by default they go to the console. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Opens the best device: a hardware GPU, else ONNX Runtime if it and `@scalearn/onnx` are installed, else a software
 * WebGPU adapter, else the interpreter. A software adapter and the interpreter give a warning.
 *
 * @throws DeviceError if the named device is not available, ArgumentError for an unknown name
 */
export async function requestDevice(options: RequestDeviceOptions = {}): Promise<Device> {
  const {
    gpu,
    webgpu,
    onnx = importOnnx,
    adapter: describe = describeBestAdapter,
    onWarning = console.warn,
  } = options;
  const choice = gpu ? 'webgpu' : (options.device ?? environment('SCALEARN_DEVICE') ?? 'auto');
  switch (choice) {
    case 'webgpu': {
      const device = await requestWebGPUDevice({ ...webgpu, gpu });
      if (device) return device;
      throw new DeviceError(
        'there is no WebGPU adapter; install a graphics driver (Mesa has a software driver), or use the device onnx',
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
  const adapter = await describe().catch(() => undefined);
  const openWebGPU = async (): Promise<Device | undefined> =>
    adapter && requestWebGPUDevice(webgpu).catch(() => undefined);
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
  // Core has no dependencies. The name is in a variable so that bundlers do not resolve the import.
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
