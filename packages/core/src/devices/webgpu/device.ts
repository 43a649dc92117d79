import { ArgumentError, DeviceError } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Product } from '../../graph/product.ts';
import type { CompileOptions, Device, DeviceTensor, HostArray, MemoryUse, UploadOptions } from '../device.ts';
import { environment, type GpuDevice, isNode } from '../environment.ts';
import { measureMemory } from '../memory.ts';
import { type AdapterDescription, describeAdapter, findAdapter, openDevice } from './adapter.ts';
import { GpuContext } from './context.ts';
import { measurePeaks, type Peaks } from './peaks.ts';
import { chooseProfile, type KernelVariant, workgroupLimits } from './profile.ts';
import { type GpuProgram, WebGPUProgram } from './program.ts';
import { WebGPUTensor } from './tensor.ts';
import { type Clock, clockOf } from './timing.ts';
import { type KernelRecord, TileChoices } from './tune/choices.ts';
import { StoredRecord, type TuningRecord } from './tune/record.ts';
import { indexedDbStore, memoryStore, type TuningStore } from './tune/store.ts';
import { findProducts, TrialDevice } from './tune/trial.ts';
import { Tuner } from './tune/tuner.ts';
import { Waiter } from './waiting.ts';

/** How kernels are measured. */
export interface TuningOptions {
  /**
   * Keeps what was measured, so that the next process need not measure; by default IndexedDB in a page, and nothing
   * elsewhere.
   */
  readonly store?: TuningStore;
  /** Milliseconds that all measurements of a device may take; 3000 by default. */
  readonly milliseconds?: number;
  /** Largest number of kernels to try for each product; 12 by default. `Infinity` tries all. */
  readonly candidates?: number;
  /** Called before each product is measured, with its name; by default nothing is told. */
  readonly onProduct?: (name: string) => void;
}

export interface WebGPUOptions {
  /** A GPU device to use; by default one is requested. The library never destroys a device passed here. */
  readonly gpu?: GpuDevice;
  /** The kind of adapter to request; `high-performance` by default. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Kernel variant to use; by default the environment variable SCALEARN_WEBGPU_VARIANT, else the adapter decides. */
  readonly forceVariant?: KernelVariant;
  /**
   * `f16` stores frozen weights as f16, and multiplies values other than gradients as f16; sums, norms, losses and
   * trained parameters stay f32. `auto`, the default, is `f32` at present.
   */
  readonly precision?: Precision;
  /**
   * Whether to measure which kernels are fastest, when a graph is compiled whose products were never measured on this
   * adapter. By default the environment variable SCALEARN_TUNE (`1` or `0`) decides, else it is done on a GPU, and not
   * on a software adapter. It is never done with a forced variant or a GPU device that was passed in.
   */
  readonly tune?: boolean;
  /** How they are measured; by default with the defaults of each option. */
  readonly tuning?: TuningOptions;
}

export type Precision = 'auto' | 'f32' | 'f16';

/** Runs graphs with WebGPU, on a GPU or a software adapter. */
export class WebGPUDevice implements Device {
  readonly kind = 'webgpu';
  readonly adapter: AdapterDescription;
  readonly lost: Promise<string>;
  readonly #context: GpuContext;
  readonly #owned: boolean;
  readonly #tensors = new Set<WebGPUTensor>();
  readonly #programs = new Set<WebGPUProgram>();
  readonly #choices: TileChoices;
  readonly #tuner: Tuner | undefined;
  readonly #record: StoredRecord | undefined;
  #disposed = false;

  private constructor(
    context: GpuContext,
    adapter: AdapterDescription,
    owned: boolean,
    choices: TileChoices,
    tuning?: { readonly tuner: Tuner; readonly record: StoredRecord },
  ) {
    this.#context = context;
    this.adapter = adapter;
    this.#owned = owned;
    this.lost = context.lost;
    this.#choices = choices;
    this.#tuner = tuning?.tuner;
    this.#record = tuning?.record;
  }

  /** See {@link requestWebGPUDevice}. */
  static async open(options: WebGPUOptions): Promise<WebGPUDevice | undefined> {
    const { powerPreference = 'high-performance' } = options;
    const found = options.gpu ? undefined : await findAdapter({ powerPreference });
    const gpu = options.gpu ?? (found && (await openDevice(found.adapter)));
    if (!gpu) return undefined;
    try {
      return await WebGPUDevice.#on(gpu, found, options);
    } catch (error) {
      if (!options.gpu) gpu.destroy();
      throw error;
    }
  }

  static async #on(
    gpu: GPUDevice,
    found: Awaited<ReturnType<typeof findAdapter>>,
    options: WebGPUOptions,
  ): Promise<WebGPUDevice> {
    const info = found?.adapter.info ?? gpu.adapterInfo;
    const adapter = describeAdapter({ info, features: gpu.features, limits: gpu.limits });
    const forced = options.forceVariant ?? environment('SCALEARN_WEBGPU_VARIANT');
    const halves = isHalf(options.precision, adapter);
    const usual = { ...chooseProfile(adapter, forced), halves };
    const choices = new TileChoices(usual.matmul, workgroupLimits(adapter));
    const profile = { ...usual, tileOf: (product: Product) => choices.tileOf(product) };
    // In Node, a device that was passed in also comes from Dawn.
    const polled = found?.polled ?? isNode();
    const nap = polled ? (adapter.isSoftware ? 0.5 : 0.1) : undefined;
    const context = new GpuContext(gpu, profile, new Waiter(nap));
    if (forced !== undefined || !found || !isTuned(options.tune, adapter))
      return new WebGPUDevice(context, adapter, !options.gpu, choices);
    const { store = indexedDbStore() ?? memoryStore(), ...limits } = options.tuning ?? {};
    const { milliseconds = 3000, candidates = 12, onProduct } = limits;
    const record = await StoredRecord.read(store, adapter);
    // What is tried may lose its device, so it has one of its own.
    const open = async (): Promise<TrialDevice | undefined> => {
      const { powerPreference = 'high-performance' } = options;
      const trial = await findAdapter({ powerPreference });
      // An adapter may give only one device.
      const own = trial && (await openDevice(trial.adapter).catch(() => undefined));
      return own && new TrialDevice(own, usual, new Waiter(nap));
    };
    const tuner = new Tuner({ choices, record, profile: usual, open, milliseconds, candidates, onProduct });
    return new WebGPUDevice(context, adapter, !options.gpu, choices, { tuner, record });
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

  get weightStorage(): 'f32' | 'f16' {
    return this.#context.profile.halves ? 'f16' : 'f32';
  }

  /** See `Device.kernels`. */
  get kernels(): KernelRecord {
    return this.#choices.used;
  }

  /** What was measured on this adapter, now or earlier; undefined if nothing is measured on this device. */
  get tuning(): TuningRecord | undefined {
    return this.#record?.current;
  }

  /** How `time()` of programs measures. */
  get clock(): Clock {
    return clockOf(this.#context);
  }

  /** Measures what the adapter can do at best. It takes about a second. */
  peaks(): Promise<Peaks> {
    this.#context.check();
    return measurePeaks(this.#context);
  }

  useKernels(record: KernelRecord): void {
    this.#choices.adopt(record);
  }

  upload(data: HostArray, shape: readonly number[], options: UploadOptions = {}): DeviceTensor {
    this.#context.check();
    const tensor = new WebGPUTensor(this, this.#context, data, shape, options, (t) =>
      this.#tensors.delete(t),
    );
    this.#tensors.add(tensor);
    return tensor;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<GpuProgram> {
    this.#context.check();
    const { profile, limit } = this.#context;
    if (this.#tuner) await this.#tuner.prepare(findProducts(graph, profile, limit));
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
 * @throws ArgumentError if there is no such variant or precision, or the environment is not understood
 */
export function requestWebGPUDevice(options: WebGPUOptions = {}): Promise<WebGPUDevice | undefined> {
  return WebGPUDevice.open(options);
}

/** Returns whether products are computed with f16. @throws ArgumentError, or DeviceError if the adapter has none */
function isHalf(precision: Precision = 'auto', { features }: AdapterDescription): boolean {
  if (!['auto', 'f32', 'f16'].includes(precision))
    throw new ArgumentError(`there is no precision '${precision}'; there are auto, f32, f16`);
  if (precision !== 'f16') return false;
  if (features.includes('shader-f16')) return true;
  throw new DeviceError("this adapter does not compute with f16; choose the precision 'f32' or 'auto'");
}

/** Returns whether kernels are measured on an adapter. @throws ArgumentError if the environment is not understood */
function isTuned(tune: boolean | undefined, { isSoftware }: AdapterDescription): boolean {
  if (tune !== undefined) return tune;
  const asked = environment('SCALEARN_TUNE');
  if (asked === undefined) return !isSoftware;
  if (asked !== '0' && asked !== '1')
    throw new ArgumentError(`SCALEARN_TUNE is '${asked}'; it must be 0 or 1, or not be set`);
  return asked === '1';
}
