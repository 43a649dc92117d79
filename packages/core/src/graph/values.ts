import type { HostArray } from './storage.ts';

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** A sequence of elements for reference loops: an array, or a line through one. */
export interface Line {
  /** Number of elements. */
  readonly length: number;
  /** Returns an element. */
  get(i: number): number;
  /** Writes an element. */
  set(i: number, value: number): void;
}

/** The elements of a tensor that a reference loop reads and writes, by flat row-major index. */
export abstract class Values implements Line {
  abstract readonly array: HostArray;
  readonly shape: readonly number[];
  readonly length: number;
  /** Size of the last axis. */
  readonly width: number;
  /** Number of rows of the last axis. */
  readonly rows: number;

  constructor(shape: readonly number[]) {
    this.shape = shape;
    this.length = product(shape);
    this.width = shape.at(-1) ?? 1;
    this.rows = this.length / this.width;
  }

  abstract get(i: number): number;
  abstract set(i: number, value: number): void;
  abstract add(i: number, value: number): void;

  /** Copies `length` elements of another array, starting at `begin`, to `at`. */
  copy(at: number, from: Values, begin = 0, length: number = from.length): void {
    this.array.set(from.array.subarray(begin, begin + length), at);
  }

  /** Returns the size of an axis; 1 if there is no such axis. */
  size(axis: number): number {
    return this.shape.at(axis) ?? 1;
  }

  /** Returns the elements along an axis, starting at index `start`. */
  line(start: number, axis: number): Line {
    const step = product(this.shape.slice(axis + 1));
    return {
      length: this.size(axis),
      get: (i) => this.get(start + i * step),
      set: (i, value) => this.set(start + i * step, value),
    };
  }
  /** Returns the elements from an index on. */
  from(begin: number): Values {
    return valuesOf(this.array.subarray(begin));
  }
  /** Returns one row of the last axis. */
  row(row: number): Values {
    const { width } = this;
    return valuesOf(this.array.subarray(row * width, (row + 1) * width));
  }
}

function outside(i: number): never {
  throw new RangeError(`there is no element ${i}`);
}

/*
 * Each array type has its own class with the same code, because engines optimize loops over a single array type best.
 */

class Float64Values extends Values {
  readonly array: Float64Array;
  constructor(array: Float64Array, shape: readonly number[]) {
    super(shape);
    this.array = array;
  }
  get(i: number): number {
    return this.array[i] ?? outside(i);
  }
  set(i: number, value: number): void {
    this.array[i] = value;
  }
  add(i: number, value: number): void {
    this.array[i] = this.get(i) + value;
  }
}

class Float32Values extends Values {
  readonly array: Float32Array;
  constructor(array: Float32Array, shape: readonly number[]) {
    super(shape);
    this.array = array;
  }
  get(i: number): number {
    return this.array[i] ?? outside(i);
  }
  set(i: number, value: number): void {
    this.array[i] = value;
  }
  add(i: number, value: number): void {
    this.array[i] = this.get(i) + value;
  }
}

class Int32Values extends Values {
  readonly array: Int32Array;
  constructor(array: Int32Array, shape: readonly number[]) {
    super(shape);
    this.array = array;
  }
  get(i: number): number {
    return this.array[i] ?? outside(i);
  }
  set(i: number, value: number): void {
    this.array[i] = value;
  }
  add(i: number, value: number): void {
    this.array[i] = this.get(i) + value;
  }
}

export function valuesOf(array: HostArray, shape: readonly number[] = [array.length]): Values {
  if (array instanceof Float64Array) return new Float64Values(array, shape);
  return array instanceof Float32Array ? new Float32Values(array, shape) : new Int32Values(array, shape);
}

/** Returns float64 zeros, for intermediate values of a loop. */
export function zeros(...shape: readonly number[]): Values {
  return valuesOf(new Float64Array(product(shape)), shape);
}

/** Yields the index of the first element of every line along an axis, in ascending order. */
export function* lines({ shape }: Values, axis: number): Generator<number> {
  const inner = product(shape.slice(axis + 1));
  const span = (shape[axis] ?? 1) * inner;
  const outer = product(shape.slice(0, axis));
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) yield o * span + i;
}

/** Visits the rows of x and y in parallel. Both must have the same number of rows. */
export function forEachRow(x: Values, y: Values, visit: (x: Values, y: Values, row: number) => void): void {
  for (let row = 0; row < x.rows; row++) visit(x.row(row), y.row(row), row);
}

export function largestOf(x: Line): number {
  let largest = -Infinity;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, x.get(i));
  return largest;
}

/** Returns the sum of `term(i)` over all indices of x, in ascending order; by default the sum of its elements. */
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
