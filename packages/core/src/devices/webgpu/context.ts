import { DeviceError, DeviceLostError, DisposedError } from '../../errors.ts';
import type { KernelProfile } from '../../graph/kernel.ts';
import { messageOf } from '../environment.ts';
import type { Dispatch } from './text/render.ts';
import type { Waiter } from './waiting.ts';

// Flags of GPUBufferUsage and GPUMapMode, which are not globals in Node.
export const usage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;
const mapRead = 0x1;
const computeStage = 0x4;

export interface TrackedBuffer {
  readonly label: string;
  readonly bytes: number;
  readonly buffer: GPUBuffer;
}

/** Wraps a GPUDevice with its shared state: live buffers, compiled pipelines, and whether it is lost or disposed. */
export class GpuContext {
  readonly gpu: GPUDevice;
  readonly profile: KernelProfile;
  readonly buffers: Set<TrackedBuffer> = new Set();
  /** Resolves with the reason if the GPU is lost other than by dispose(). */
  readonly lost: Promise<string>;
  readonly #waiter: Waiter;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #disposed = false;
  #lossReason: string | undefined;
  #failure: string | undefined;

  constructor(gpu: GPUDevice, profile: KernelProfile, waiter: Waiter) {
    this.gpu = gpu;
    this.profile = profile;
    this.#waiter = waiter;
    this.lost = new Promise((resolve) => {
      void gpu.lost.then(({ message, reason }) => {
        if (this.#disposed) return;
        this.#lossReason = message || reason;
        resolve(this.#lossReason);
      });
    });
    gpu.addEventListener('uncapturederror', (event) => {
      // Deno's types declare this event as a plain Event.
      const { error } = event as Event & { error: GPUError };
      this.#failure ??= error.message;
    });
  }

  get limit(): number {
    return Math.min(this.gpu.limits.maxStorageBufferBindingSize, this.gpu.limits.maxBufferSize);
  }

  /** @throws DisposedError, DeviceLostError, or DeviceError after an uncaptured WebGPU error */
  check(): void {
    if (this.#disposed) throw new DisposedError('the WebGPU device');
    if (this.#lossReason !== undefined) throw new DeviceLostError(`the GPU was lost: ${this.#lossReason}`);
    if (this.#failure !== undefined) {
      const message = this.#failure;
      this.#failure = undefined;
      throw new DeviceError(`WebGPU reported an error: ${message}`);
    }
  }

  createBuffer(label: string, bytes: number, flags: number): TrackedBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const tracked = { label, bytes: size, buffer: this.gpu.createBuffer({ label, size, usage: flags }) };
    this.buffers.add(tracked);
    return tracked;
  }

  destroyBuffer(tracked: TrackedBuffer): void {
    tracked.buffer.destroy();
    this.buffers.delete(tracked);
  }

  /** Maps a buffer for reading and copies it out. A failure becomes a typed error. */
  async readMapped(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await this.#waiter.until(buffer.mapAsync(mapRead, 0, Math.max(4, bytes)));
    } catch (error) {
      // The promise of the loss may settle after the promise of the mapping.
      await Promise.race([this.gpu.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
      this.check();
      throw new DeviceError(`results could not be read: ${messageOf(error)}`, { cause: error });
    }
    const copy = buffer.getMappedRange(0, Math.max(4, bytes)).slice(0);
    buffer.unmap();
    this.check();
    return copy;
  }

  /**
   * Runs work that creates GPU objects.
   *
   * @throws DeviceError for validation errors and for too little memory
   */
  guarded<T>(what: string, work: () => T): { result: T; checked: Promise<void> } {
    this.gpu.pushErrorScope('validation');
    this.gpu.pushErrorScope('out-of-memory');
    let scopes: Promise<GPUError | null>[];
    let result: T;
    try {
      result = work();
    } finally {
      scopes = [this.gpu.popErrorScope(), this.gpu.popErrorScope()];
    }
    const checked = Promise.all(scopes).then((errors) => {
      const error = errors.find((e) => e !== null);
      if (error) throw new DeviceError(`${what}: ${error.message}`);
    });
    // A rejected check must not crash a process that does not await it.
    checked.catch(() => {});
    return { result, checked };
  }

  /** Returns the layout of a dispatch's bind group: sizes, then buffers. */
  layout(dispatch: Dispatch): GPUBindGroupLayout {
    const types: GPUBufferBindingType[] = dispatch.sizes.length > 0 ? ['uniform'] : [];
    for (const { kind, writes } of dispatch.bindings)
      types.push(kind === 'uniform' ? 'uniform' : writes ? 'storage' : 'read-only-storage');
    const key = types.join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      const entries = types.map((type, binding) => ({ binding, visibility: computeStage, buffer: { type } }));
      layout = this.gpu.createBindGroupLayout({ entries });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /** Compiles a kernel, or returns it from the cache. */
  pipeline(dispatch: Dispatch): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(dispatch.code);
    if (!pipeline) {
      pipeline = this.#compile(dispatch);
      this.#pipelines.set(dispatch.code, pipeline);
      pipeline.catch(() => this.#pipelines.delete(dispatch.code));
    }
    return pipeline;
  }

  async #compile(dispatch: Dispatch): Promise<GPUComputePipeline> {
    const { label, code } = dispatch;
    const { result } = this.guarded(`kernel '${label}'`, () => {
      const module = this.gpu.createShaderModule({ label, code });
      const layout = this.gpu.createPipelineLayout({ bindGroupLayouts: [this.layout(dispatch)] });
      const compute = { module, entryPoint: 'main' };
      return { module, pipeline: this.gpu.createComputePipelineAsync({ label, layout, compute }) };
    });
    const { module, pipeline } = result;
    try {
      return await this.#waiter.until(pipeline);
    } catch (error) {
      this.check();
      const { messages } = await module.getCompilationInfo();
      const details = messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('; ');
      throw new DeviceError(`kernel '${label}' does not compile: ${details || messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async idle(): Promise<void> {
    await this.#waiter.until(this.gpu.queue.onSubmittedWorkDone());
  }

  /** Frees all buffers. */
  dispose(): void {
    this.#disposed = true;
    for (const tracked of this.buffers) tracked.buffer.destroy();
    this.buffers.clear();
    this.#pipelines.clear();
    this.#layouts.clear();
  }
}
