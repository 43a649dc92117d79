import {
  ArgumentError,
  type DeviceTensor,
  DisposedError,
  type HostArray,
  type MemoryUse,
  ShapeError,
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
import { largestMasks } from './host/masks.ts';
import { MaskBuffer } from './masks/mask-buffer.ts';
import { OnnxProgram } from './program.ts';
import { Queue } from './queue.ts';
import { loadRuntime, type OnnxHost, type Runtime, type RuntimeName, type WasmPaths } from './runtime.ts';
import { OnnxTensor } from './tensor.ts';

export interface OnnxDeviceOptions {
  /** Number of threads for one operation; by default that of the environment variable SCALEARN_THREADS, else all physical cores. */
  readonly threads?: number;
  /** The ONNX Runtime package to use; by default native in Node and Deno, WebAssembly in browsers. */
  readonly runtime?: RuntimeName;
  /** Location of the WebAssembly files for a page; by default beside ONNX Runtime's script. Bundlers may move both. */
  readonly wasmPaths?: WasmPaths;
}

/** Runs whole graphs, including backward pass and optimizer, as ONNX models in ONNX Runtime on the CPU. */
export class OnnxDevice implements OnnxHost {
  readonly kind = 'onnx';
  readonly lost: Promise<string> = new Promise(() => {});
  readonly runtime: Runtime;
  readonly threads: number | undefined;
  /** Executes one run at a time, because ONNX Runtime uses all threads for each. */
  readonly queue: Queue = new Queue();
  readonly #tensors = new Set<OnnxTensor>();
  readonly #programs = new Set<OnnxProgram>();
  #masks: MaskBuffer | undefined;
  #disposed = false;

  constructor(runtime: Runtime, options: OnnxDeviceOptions = {}) {
    this.runtime = runtime;
    this.threads = options.threads;
  }

  get description(): string {
    const { common, node, web } = this.runtime.env.versions ?? {};
    const threads = this.threads ? `, ${this.threads} thread${this.threads === 1 ? '' : 's'}` : '';
    return `ONNX Runtime ${node ?? web ?? common ?? ''}, CPU${threads}`;
  }

  upload(data: HostArray, shape: readonly number[], { label = 'tensor' }: UploadOptions = {}): DeviceTensor {
    this.#check();
    if (data.length !== shape.reduce((a, b) => a * b, 1))
      throw new ShapeError(`'${label}': ${data.length} values do not make [${shape.join(', ')}]`);
    const tensor: OnnxTensor = new OnnxTensor(this, label, shape, data, () => this.#tensors.delete(tensor));
    this.#tensors.add(tensor);
    return tensor;
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
 * @throws DeviceError if ONNX Runtime is not installed, ArgumentError if SCALEARN_THREADS is no whole number from 1 on
 */
export async function requestOnnxDevice(options: OnnxDeviceOptions = {}): Promise<OnnxDevice> {
  const threads = options.threads ?? threadsOfEnvironment();
  const runtime = await loadRuntime(options.runtime);
  const { wasm } = runtime.env;
  if (wasm && options.wasmPaths) wasm.wasmPaths = options.wasmPaths;
  // Threads share memory, which pages may do only with cross-origin isolation.
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  if (wasm && threads) wasm.numThreads = crossOriginIsolated === false ? 1 : threads;
  return new OnnxDevice(runtime, { ...options, ...(threads && { threads }) });
}

function threadsOfEnvironment(): number | undefined {
  const text = environment('SCALEARN_THREADS');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new ArgumentError(
    `SCALEARN_THREADS is ${JSON.stringify(text)}, which is no number of threads; set it to 1 or more, or remove it`,
  );
}
