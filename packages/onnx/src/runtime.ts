import { type Device, DeviceError } from '@scalearn/core';
import type { MaskBuffer } from './masks/mask-buffer.ts';
import type { Queue } from './queue.ts';

/** The part of ONNX Runtime's JavaScript interface used here. onnxruntime-node and onnxruntime-web both have it. */
export interface Runtime {
  /** Makes a tensor of ONNX Runtime from values, row-major. */
  readonly Tensor: new (
    type: string,
    data: unknown,
    dims: readonly number[],
  ) => RuntimeTensor;
  /** Loads models. */
  readonly InferenceSession: {
    /** Loads a model from its bytes. */
    create(model: Uint8Array, options: Record<string, unknown>): Promise<Session>;
  };
  /** Settings of the runtime. */
  readonly env: {
    /** Versions by package; absent in old releases. */
    readonly versions?: Record<string, string>;
    /** Settings of the WebAssembly runtime; absent in others. */
    readonly wasm?: {
      /** Location of the runtime's files; by default beside the script. */
      wasmPaths?: WasmPaths;
      /** Number of threads; by default the runtime decides. */
      numThreads?: number;
    };
  };
}

/** Location of ONNX Runtime's files for a page: a folder, or each file. */
export type WasmPaths = string | { readonly wasm?: string | URL; readonly mjs?: string | URL };

export interface RuntimeTensor {
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
  dispose(): void;
}

export interface Session {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

/** The part of the device that tensors and programs use. */
export interface OnnxHost extends Device {
  readonly runtime: Runtime;
  /** Number of threads for one operation; undefined for all physical cores. */
  readonly threads: number | undefined;
  /** Executes one run at a time, because ONNX Runtime uses all threads for each. */
  readonly queue: Queue;
  /** Returns an empty buffer for the masks of one run. */
  maskBuffer(sizes: readonly number[]): MaskBuffer;
}

export type RuntimeName = 'onnxruntime-node' | 'onnxruntime-web';

// True in Node, and in Deno, which also reports a Node version.
const native =
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/**
 * Loads ONNX Runtime: native in Node and Deno, WebAssembly in browsers.
 *
 * @throws DeviceError that says what to install
 */
export async function loadRuntime(
  name: RuntimeName = native ? 'onnxruntime-node' : 'onnxruntime-web',
): Promise<Runtime> {
  try {
    // Each branch has a literal import, so that bundlers can resolve the browser's and ignore the other. The CPU-only
    // entry of the web package is used, because the full one would double the size of the download.
    const loaded: { default?: unknown } =
      name === 'onnxruntime-web'
        ? await import('onnxruntime-web/wasm')
        : await import(/* @vite-ignore */ nodePackage());
    return (loaded.default ?? loaded) as Runtime;
  } catch (cause) {
    const hint =
      name === 'onnxruntime-node'
        ? ' (if its CUDA download fails: npm install --ignore-scripts onnxruntime-node)'
        : '';
    throw new DeviceError(`the onnx device needs the package ${name}: npm install ${name}${hint}`, { cause });
  }
}

function nodePackage(): string {
  return 'onnxruntime-node';
}
