import type { HostArray } from './storage.ts';

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** What a reference loop goes through: the elements of an array, or of a line through one. */
export interface Line {
  /** Number of elements. */
  readonly length: number;
  get(i: number): number;
  set(i: number, value: number): void;
}

/** What an operation's reference loop reads and writes: the elements of a tensor, by flat row-major index. */
export class Values implements Line {
  readonly array: HostArray;
  readonly shape: readonly number[];
  readonly length: number;

  constructor(array: HostArray, shape: readonly number[] = [array.length]) {
    this.array = array;
    this.shape = shape;
    this.length = array.length;
  }

  /** Zeros in float64, for what a loop keeps to itself. */
  static zeros(length: number): Values {
    return new Values(new Float64Array(length));
  }

  get(i: number): number {
    // An index within the length has a value; loops run over lengths, and are the definition that all is measured by.
    return this.array[i] as number;
  }
  set(i: number, value: number): void {
    this.array[i] = value;
  }
  add(i: number, value: number): void {
    this.array[i] = this.get(i) + value;
  }

  /** Takes over `length` elements of another array, from `begin` on, to `at`. */
  copy(at: number, from: Values, begin = 0, length: number = from.length): void {
    this.array.set(from.array.subarray(begin, begin + length), at);
  }

  /** Size of an axis; 1 for one that is not there. */
  size(axis: number): number {
    return this.shape.at(axis) ?? 1;
  }
  /** The last axis. */
  get width(): number {
    return this.size(-1);
  }
  /** All axes but the last. */
  get rows(): number {
    return this.length / this.width;
  }

  /** The same elements under another shape. */
  reshape(shape: readonly number[]): Values {
    return new Values(this.array, shape);
  }
  /** The elements along an axis, from the line's first. */
  line(start: number, axis: number): Line {
    const step = product(this.shape.slice(axis + 1));
    return {
      length: this.size(axis),
      get: (i) => this.get(start + i * step),
      set: (i, value) => this.set(start + i * step, value),
    };
  }
  /** A row of the last axis. */
  row(row: number): Values {
    const { width } = this;
    return new Values(this.array.subarray(row * width, (row + 1) * width));
  }
}

/** The first elements of all lines along an axis, in ascending order. */
export function* lines({ shape }: Values, axis: number): Generator<number> {
  const inner = product(shape.slice(axis + 1));
  const span = (shape[axis] ?? 1) * inner;
  const outer = product(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) yield o * span + i;
}

/** Visits the rows of x and y, two arrays with equally many rows, side by side. */
export function forEachRow(x: Values, y: Values, visit: (x: Values, y: Values, row: number) => void): void {
  for (let row = 0; row < x.rows; row++) visit(x.row(row), y.row(row), row);
}

export function largestOf(x: Line): number {
  let largest = -Infinity;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, x.get(i));
  return largest;
}

/** The sum of `term(i)` over all places of x, in ascending order; by default of its elements. */
export function sumOf(x: Line, term: (i: number) => number = (i) => x.get(i)): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += term(i);
  return sum;
}

/**
 * Writes the softmax of x to y, which may be x itself.
 *
 * @returns the largest element of x, and the sum of `e^(x - largest)`
 */
export function softmaxOf(x: Line, y: Line): { readonly largest: number; readonly total: number } {
  const largest = largestOf(x);
  const total = sumOf(x, (i) => Math.exp(x.get(i) - largest));
  for (let i = 0; i < x.length; i++) y.set(i, Math.exp(x.get(i) - largest) / total);
  return { largest, total };
}
