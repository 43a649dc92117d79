import {
  ArgumentError,
  type DeviceTensor,
  DisposedError,
  type HostArray,
  type MemoryUse,
  ShapeError,
  type WeightStorage,
} from '@scalearn/core';
import {
  type CompileOptions,
  environment,
  type Graph,
  measureMemory,
  type Program,
  type UploadOptions,
} from '@scalearn/core/graph';
import { GraphForms } from './forms.ts';
import { hasExactByteSums } from './frozen/byte-sums.ts';
import { bytes } from './frozen/bytes.ts';
import type { FrozenForm } from './frozen/form.ts';
import { FrozenTensor } from './frozen/frozen-tensor.ts';
import { words } from './frozen/words.ts';
import { largestMasks } from './host/masks.ts';
import { MaskBuffer } from './masks/mask-buffer.ts';
import { OnnxProgram } from './program.ts';
import { Queue } from './queue.ts';
import { loadRuntime, type OnnxHost, type Runtime, type RuntimeName, type WasmPaths } from './runtime.ts';
import { OnnxTensor } from './tensor.ts';

export interface OnnxDeviceOptions {
  /**
   * Number of threads for one operation; by default that of the environment variable SCALEARN_THREADS, else all physical cores.
   * A page that is not cross-origin isolated has one.
   */
  readonly threads?: number;
  /** The ONNX Runtime package to use; by default native in Node and Deno, WebAssembly in browsers. */
  readonly runtime?: RuntimeName;
  /**
   * How the weights of frozen encoders are kept; `f32` by default. With `int8`, the matrices of linear layers have 8 bits
   * with a scale per output, their products are products of whole numbers, and tables of embeddings have 16 bits. It
   * takes a quarter of the memory for weights. `scalearn doctor` says whether it is faster on a CPU.
   */
  readonly precision?: OnnxPrecision;
  /** Location of the WebAssembly files for a page; by default beside ONNX Runtime's script. Bundlers may move both. */
  readonly wasmPaths?: WasmPaths;
}

const precisions = ['f32', 'int8'] as const;
/** See {@link OnnxDeviceOptions.precision}. */
export type OnnxPrecision = (typeof precisions)[number];

/** Runs whole graphs, including backward pass and optimizer, as ONNX models in ONNX Runtime on the CPU. */
export class OnnxDevice implements OnnxHost {
  readonly kind = 'onnx';
  readonly lost: Promise<string> = new Promise(() => {});
  readonly runtime: Runtime;
  readonly threads: number | undefined;
  /** Executes one run at a time, because ONNX Runtime uses all threads for each. */
  readonly queue: Queue = new Queue();
  readonly weightStorage: OnnxPrecision;
  /** Bits of a weight that is kept as int8; see `measureInt8`. */
  readonly weightBits: 7 | 8;
  readonly #bytes: FrozenForm;
  readonly #tensors = new Set<DeviceTensor>();
  readonly #programs = new Set<OnnxProgram>();
  #masks: MaskBuffer | undefined;
  #disposed = false;

  /** @param hasExactBytes whether the runtime adds products of bytes exactly; by default weights leave room for sums that do not */
  constructor(runtime: Runtime, options: OnnxDeviceOptions = {}, hasExactBytes = false) {
    this.runtime = runtime;
    this.threads = options.threads;
    this.weightStorage = options.precision ?? 'f32';
    this.weightBits = hasExactBytes ? 8 : 7;
    this.#bytes = bytes(this.weightBits);
  }

  get description(): string {
    const { common, node, web } = this.runtime.env.versions ?? {};
    const threads = this.threads ? `, ${this.threads} thread${this.threads === 1 ? '' : 's'}` : '';
    return `ONNX Runtime ${node ?? web ?? common ?? ''}, CPU${threads}`;
  }

  upload(data: HostArray, shape: readonly number[], options: UploadOptions = {}): DeviceTensor {
    const { label = 'tensor', storage = 'f32' } = options;
    this.#check();
    if (data.length !== shape.reduce((a, b) => a * b, 1))
      throw new ShapeError(`'${label}': ${data.length} values do not make [${shape.join(', ')}]`);
    const release = (): void => void this.#tensors.delete(tensor);
    const form = data instanceof Int32Array ? undefined : this.#formOf(storage, shape, data);
    const tensor: DeviceTensor = form
      ? new FrozenTensor(this, label, shape, data, form, release)
      : new OnnxTensor(this, label, shape, data, release);
    this.#tensors.add(tensor);
    return tensor;
  }

  /** Returns the form of a tensor's values; undefined for f32. */
  #formOf(
    storage: WeightStorage,
    shape: readonly number[],
    data: Float32Array | Float64Array,
  ): FrozenForm | undefined {
    if (storage === 'f32' || shape.length !== 2) return undefined;
    if (storage === 'int8') return this.#bytes;
    return data.every(Number.isFinite) ? words : undefined;
  }

  async compile(graph: Graph, options: CompileOptions = {}): Promise<Program> {
    this.#check();
    const forms = await GraphForms.open(graph, this);
    options.onProgress?.(1, 1);
    const program: OnnxProgram = new OnnxProgram(this, forms, options.label ?? 'program', () => {
      this.#programs.delete(program);
      if (this.#programs.size === 0) this.#masks = undefined;
    });
    this.#programs.add(program);
    // Created before the first run for the largest batch, so that later runs allocate nothing.
    const { capacity, lengths } = options;
    if (capacity && lengths) this.maskBuffer(largestMasks(forms.short.translation, capacity, lengths));
    return program;
  }

  /** Returns an empty buffer for the masks of one run. It grows if a batch is larger than the announced capacity. */
  maskBuffer(sizes: readonly number[]): MaskBuffer {
    const elements = sizes.reduce((a, b) => a + b, 0);
    if (!this.#masks?.holds(elements, sizes.length))
      this.#masks = new MaskBuffer(Math.ceil(elements * 1.2), sizes.length);
    this.#masks.reset();
    return this.#masks;
  }

  /** Bytes of tensors, and of dropout masks under `arena`. ONNX Runtime does not report its intermediate values. */
  memory(): MemoryUse {
    const masks = this.#masks ? [{ label: 'arena/masks', bytes: this.#masks.bytes }] : [];
    return measureMemory([...this.#tensors, ...masks]);
  }

  dispose(): void {
    this.#disposed = true;
    this.#masks = undefined;
    for (const program of this.#programs) program.dispose();
    for (const tensor of this.#tensors) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.dispose();
  }

  #check(): void {
    if (this.#disposed) throw new DisposedError('the onnx device');
  }
}

/**
 * Creates the onnx device.
 *
 * @throws DeviceError if ONNX Runtime is not installed, ArgumentError for an unknown precision, or if SCALEARN_THREADS is no
 * whole number from 1 on
 */
export async function requestOnnxDevice(options: OnnxDeviceOptions = {}): Promise<OnnxDevice> {
  const { precision = 'f32', threads: wanted = threadsOfEnvironment() } = options;
  if (!precisions.includes(precision))
    throw new ArgumentError(
      `there is no precision '${precision}' on ONNX Runtime; there are ${precisions.join(', ')}`,
    );
  const runtime = await loadRuntime(options.runtime);
  const { wasm } = runtime.env;
  if (wasm && options.wasmPaths) wasm.wasmPaths = options.wasmPaths;
  // Threads share memory, which pages may do only with cross-origin isolation.
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  const threads = wanted && crossOriginIsolated === false ? 1 : wanted;
  if (wasm && threads) wasm.numThreads = threads;
  const isExact = precision === 'int8' && (await hasExactByteSums(runtime));
  return new OnnxDevice(runtime, { ...options, ...(threads && { threads }) }, isExact);
}

function threadsOfEnvironment(): number | undefined {
  const text = environment('SCALEARN_THREADS');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new ArgumentError(
    `SCALEARN_THREADS is ${JSON.stringify(text)}, which is no number of threads; set it to 1 or more, or remove it`,
  );
}
