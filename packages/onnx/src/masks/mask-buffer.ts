import type { RandomState } from '@scalearn/core/graph';
import { philoxWasm } from './philox-wasm.ts';

type Fill = (
  out: number,
  rows: number,
  width: number,
  stride: number,
  row: number,
  rowStep: number,
  stream: number,
  step: number,
  key0: number,
  key1: number,
  threshold: number,
  kept: number,
) => void;

let module: WebAssembly.Module | undefined;
const page = 65536;
/** Extra elements at the end. A row is written 8 columns at a time and may overrun into the next row or this space. */
const slack = 8;
/** A threshold above every 16-bit number, so that nothing is kept. */
const never = 0x10000;

export interface MaskRows {
  /** Position of the first row, in elements. */
  readonly at: number;
  readonly rows: number;
  /** Number of columns that are drawn. The rest of the stride is zero. */
  readonly width: number;
  readonly stride: number;
  /** Index of the first row in the mask's stream. */
  readonly row: number;
  readonly rowStep: number;
  readonly stream: number;
  readonly threshold: number;
  readonly kept: number;
  readonly state: RandomState;
}

/** One mask inside a buffer. */
export interface Mask {
  readonly data: Float32Array;
  fill(rows: MaskRows): void;
}

/** Memory for all dropout masks of one run. WebAssembly fills it: a step needs tens of millions of random bits. */
export class MaskBuffer {
  readonly #memory: WebAssembly.Memory;
  readonly #fill: Fill;
  #used = 0;

  /** @param elements capacity in mask elements, over all masks */
  constructor(elements: number, masks: number) {
    const bytes = (elements + masks * slack) * 4;
    this.#memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / page)) });
    module ??= new WebAssembly.Module(Uint8Array.from(atob(philoxWasm), (c) => c.charCodeAt(0)));
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.#fill = instance.exports.fill as Fill;
  }

  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Returns whether masks with this total number of elements fit. */
  holds(elements: number, masks: number): boolean {
    return (elements + masks * slack) * 4 <= this.bytes;
  }

  /** Frees all masks. */
  reset(): void {
    this.#used = 0;
  }

  /** Allocates a mask. Its content is undefined until it is filled, rows in ascending order. */
  take(elements: number): Mask {
    const begin = this.#used;
    this.#used += elements + slack;
    const data = new Float32Array(this.#memory.buffer, begin * 4, elements);
    const fill = (mask: MaskRows): void => {
      const { at, rows, width, stride, row, rowStep, stream, threshold, kept, state } = mask;
      const { step, key0, key1 } = state;
      if (width < stride || threshold >= never) data.fill(0, at, at + rows * stride);
      if (width === 0 || threshold >= never) return;
      const out = (begin + at) * 4;
      this.#fill(out, rows, width, stride, row, rowStep, stream, step, key0, key1, threshold, kept);
    };
    return { data, fill };
  }
}
