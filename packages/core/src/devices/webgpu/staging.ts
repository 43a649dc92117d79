import { type GpuContext, type TrackedBuffer, usage } from './context.ts';

/** Room for the outputs of runs whose results have not been read yet. */
export class StagingRing {
  readonly bytes: number;
  readonly #context: GpuContext;
  readonly #all: readonly TrackedBuffer[];
  readonly #free: TrackedBuffer[];

  constructor(context: GpuContext, label: string, bytes: number) {
    this.#context = context;
    this.bytes = bytes;
    // Small results, such as losses, may be read many steps behind.
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
    return this.#free.pop() as TrackedBuffer;
  }

  giveBack(buffer: TrackedBuffer): void {
    this.#free.push(buffer);
  }

  dispose(): void {
    for (const buffer of this.#all) this.#context.destroyBuffer(buffer);
  }
}
