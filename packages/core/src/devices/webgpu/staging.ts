import { ScalearnError } from '../../errors.ts';
import { type GpuContext, type TrackedBuffer, usage } from './context.ts';

/** Holds staging buffers for the outputs of runs whose results have not been read yet. */
export class StagingRing {
  readonly bytes: number;
  readonly #context: GpuContext;
  readonly #all: readonly TrackedBuffer[];
  readonly #free: TrackedBuffer[];
  #retired = false;

  constructor(context: GpuContext, label: string, bytes: number) {
    this.#context = context;
    this.bytes = bytes;
    // Small results, such as losses, may be read many steps later.
    const places = bytes <= 65536 ? 8 : 3;
    this.#all = Array.from({ length: places }, () =>
      context.createBuffer(label, bytes, usage.mapRead | usage.copyTarget),
    );
    this.#free = [...this.#all];
  }

  get hasRoom(): boolean {
    return this.#free.length > 0;
  }

  take(): TrackedBuffer {
    const buffer = this.#free.pop();
    if (!buffer) throw new ScalearnError('no staging buffer is free');
    return buffer;
  }

  giveBack(buffer: TrackedBuffer): void {
    if (this.#retired) this.#context.destroyBuffer(buffer);
    else this.#free.push(buffer);
  }

  /** Frees the buffers. Those in use are freed when they are returned. */
  retire(): void {
    this.#retired = true;
    for (const buffer of this.#free.splice(0)) this.#context.destroyBuffer(buffer);
  }

  /** Frees all buffers. Callers that wait for one get an error. */
  dispose(): void {
    for (const buffer of this.#all) this.#context.destroyBuffer(buffer);
  }
}
