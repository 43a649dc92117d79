import { type Device, DeviceError } from '@scalearn/core';
import type { MaskBuffer } from './masks/mask-buffer.ts';
import type { Queue } from './queue.ts';

/** The part of ONNX Runtime's JavaScript interface that is used; onnxruntime-node and -web both have it. */
export interface Runtime {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Record<string, unknown>): Promise<Session>;
  };
  readonly env: {
    readonly versions?: Record<string, string>;
    readonly wasm?: { wasmPaths?: WasmPaths; numThreads?: number };
  };
}

/** Where a page finds ONNX Runtime's files: a folder, or each file. */
export type WasmPaths = string | { readonly wasm?: string | URL; readonly mjs?: string | URL };

export interface RuntimeTensor {
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
  dispose(): void;
}

export interface Session {
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

/** What tensors and programs need of their device. */
export interface OnnxHost extends Device {
  readonly runtime: Runtime;
  /** One run at a time: ONNX Runtime uses all threads for each. */
  readonly queue: Queue;
  /** Room for the masks of one run, all of it free. */
  maskBuffer(sizes: readonly number[]): MaskBuffer;
}

export type RuntimeName = 'onnxruntime-node' | 'onnxruntime-web';

// Node, and Deno, which says so itself.
const native =
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;

/**
 * Loads ONNX Runtime: native where there is a file system, WebAssembly in browsers.
 *
 * @throws DeviceError that says what to install
 */
export async function loadRuntime(
  name: RuntimeName = native ? 'onnxruntime-node' : 'onnxruntime-web',
): Promise<Runtime> {
  try {
    // Spelled out in each branch so that bundlers can follow the one for the browser and leave the other alone. Of the
    // package for the web, the part that runs on the CPU: the rest would double what a page has to load.
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
