import type { Graph } from '../../graph/graph.ts';
import type {
  CompileOptions,
  Device,
  DeviceTensor,
  HostArray,
  MemoryUse,
  Program,
  UploadOptions,
} from '../device.ts';
import { environment, type GpuDevice, isNode } from '../environment.ts';
import { measureMemory } from '../memory.ts';
import { type AdapterDescription, describeAdapter, findAdapter, openDevice } from './adapter.ts';
import { GpuContext } from './context.ts';
import { chooseProfile, type KernelVariant } from './profile.ts';
import { WebGPUProgram } from './program.ts';
import { WebGPUTensor } from './tensor.ts';
import { Waiter } from './waiting.ts';

export interface WebGPUOptions {
  /** A GPU device to use; by default one is requested. The library never destroys a device passed here. */
  readonly gpu?: GpuDevice;
  /** The kind of adapter to request; `high-performance` by default. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Kernel variant to use; by default the environment variable SCALEARN_WEBGPU_VARIANT, else the adapter decides. */
  readonly forceVariant?: KernelVariant;
}

/** Runs graphs with WebGPU, on a GPU or a software adapter. */
export class WebGPUDevice implements Device {
  readonly kind = 'webgpu';
  readonly adapter: AdapterDescription;
  readonly lost: Promise<string>;
  readonly #context: GpuContext;
  readonly #owned: boolean;
  readonly #tensors = new Set<WebGPUTensor>();
  readonly #programs = new Set<WebGPUProgram>();
  #disposed = false;

  private constructor(context: GpuContext, adapter: AdapterDescription, owned: boolean) {
    this.#context = context;
    this.adapter = adapter;
    this.#owned = owned;
    this.lost = context.lost;
  }

  /** See {@link requestWebGPUDevice}. */
  static async open(options: WebGPUOptions): Promise<WebGPUDevice | undefined> {
    const { powerPreference = 'high-performance' } = options;
    const found = options.gpu ? undefined : await findAdapter({ powerPreference });
    const gpu = options.gpu ?? (found && (await openDevice(found.adapter)));
    if (!gpu) return undefined;
    const info = found?.adapter.info ?? gpu.adapterInfo;
    const adapter = describeAdapter({ info, features: gpu.features, limits: gpu.limits });
    const profile = chooseProfile(adapter, options.forceVariant ?? environment('SCALEARN_WEBGPU_VARIANT'));
    // In Node, a device that was passed in also comes from Dawn.
    const polled = found?.polled ?? isNode();
    const nap = polled ? (adapter.isSoftware ? 0.5 : 0.1) : undefined;
    return new WebGPUDevice(new GpuContext(gpu, profile, new Waiter(nap)), adapter, !options.gpu);
  }

  get description(): string {
    const { vendor, architecture, device, description, isSoftware } = this.adapter;
    const names = [...new Set([description, vendor, architecture, device].filter((name) => name !== ''))];
    return `WebGPU on ${names.join(', ') || 'an unnamed adapter'}${isSoftware ? ' (software)' : ''}`;
  }

  /** The kernel variant in use. */
  get variant(): KernelVariant {
    return this.#context.profile.matmul;
  }

  upload(data: HostArray, shape: readonly number[], options: UploadOptions = {}): DeviceTensor {
    this.#context.check();
    const tensor = new WebGPUTensor(this, this.#context, data, shape, options, (t) =>
      this.#tensors.delete(t),
    );
    this.#tensors.add(tensor);
    return tensor;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<Program> {
    this.#context.check();
    const program = await WebGPUProgram.compile(this.#context, graph, options, (p) =>
      this.#programs.delete(p),
    );
    this.#programs.add(program);
    return program;
  }

  memory(): MemoryUse {
    return measureMemory(this.#context.buffers);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#context.dispose();
    for (const program of this.#programs) program.dispose();
    for (const tensor of this.#tensors) tensor.dispose();
    if (this.#owned) this.#context.gpu.destroy();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }
}

/**
 * Opens WebGPU.
 *
 * @returns undefined if there is no adapter
 * @throws DeviceError if the adapter gives no device, or cannot run a forced variant
 * @throws ArgumentError if the environment names a variant that does not exist
 */
export function requestWebGPUDevice(options: WebGPUOptions = {}): Promise<WebGPUDevice | undefined> {
  return WebGPUDevice.open(options);
}
