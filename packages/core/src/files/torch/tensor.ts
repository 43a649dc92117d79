import { at } from '../../elements.ts';
import { DTYPE_BITS, type Dtype, isCount } from '../dtype.ts';
import type { TorchFail } from '../errors.ts';

/** A contiguous array of numbers in a torch file. Several tensors may share it. */
export class TorchStorage {
  readonly dtype: Dtype;
  /** The storage's name in the file. */
  readonly key: string;
  readonly elements: number;

  constructor(dtype: Dtype, key: string, elements: number) {
    this.dtype = dtype;
    this.key = key;
    this.elements = elements;
  }

  get bytes(): number {
    return this.elements * elementBytes(this.dtype);
  }
}

/** A view of a storage. Element `[i, j, …]` is at index `offset + i·strides[0] + j·strides[1] + …`. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** Number of elements of the storage from the tensor's first to its last element. */
  readonly span: number;

  constructor(
    storage: TorchStorage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
    span: number,
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    this.span = span;
  }

  /** Creates a view from a file's description. Checks that it lies within its storage. */
  static of(
    storage: TorchStorage,
    offset: unknown,
    shape: readonly unknown[],
    strides: readonly unknown[],
    fail: TorchFail,
  ): TorchTensor {
    if (shape.length > MAX_DIMENSIONS || shape.length !== strides.length)
      fail('malformed', `a tensor has ${shape.length} dimensions and ${strides.length} strides`);
    if (!isCount(offset) || !shape.every(isCount) || !strides.every(isCount))
      return fail(
        'out-of-range',
        'the shape, strides or offset of a tensor are not non-negative whole numbers',
      );
    let elements = 1;
    let last = offset;
    for (const [i, size] of shape.entries()) {
      elements *= size;
      last += (size - 1) * at(strides, i);
      // Checked at every step, because a later zero would hide a product above 2^53.
      if (elements > Number.MAX_SAFE_INTEGER)
        fail('out-of-range', `a tensor of shape [${shape}] is too large`);
    }
    if (elements === 0) return new TorchTensor(storage, 0, shape, strides, 0);
    if (last >= storage.elements) {
      const what = `a tensor of shape [${shape}], strides [${strides}] and offset ${offset}`;
      fail('out-of-range', `${what} reaches outside its storage of ${storage.elements} numbers`);
    }
    return new TorchTensor(storage, offset, shape, strides, last - offset + 1);
  }

  get elements(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Returns the elements in row-major order, from the bytes of the span. The time is linear in their number. */
  gather(span: Uint8Array): Uint8Array {
    const bytes = elementBytes(this.storage.dtype);
    const axes = this.#axes();
    const inner = axes.at(-1) ?? { size: 1, stride: 1 };
    const total = this.elements * bytes;
    if (total === 0) return new Uint8Array(0);
    if (axes.length <= 1 && inner.stride === 1) return span;
    const result = new Uint8Array(total);
    const place = axes.slice(0, -1).map(() => 0);
    let from = 0;
    for (let to = 0; to < total; to += inner.size * bytes) {
      copyRow(span, from * bytes, result, to, inner, bytes);
      // Advance to the next row: increment the last axis and carry over.
      for (let axis = place.length - 1; axis >= 0; axis--) {
        const { size, stride } = at(axes, axis);
        const next = at(place, axis) + 1;
        from += stride;
        place[axis] = next;
        if (next < size) break;
        place[axis] = 0;
        from -= size * stride;
      }
    }
    return result;
  }

  /** Returns the dimensions longer than 1. Dimensions that are contiguous in the storage are merged. */
  #axes(): Axis[] {
    const axes: Axis[] = [];
    for (const [i, size] of this.shape.entries()) {
      if (size === 1) continue;
      const stride = at(this.strides, i);
      const before = axes.at(-1);
      if (before?.stride === stride * size) axes.splice(-1, 1, { size: before.size * size, stride });
      else axes.push({ size, stride });
    }
    return axes;
  }
}

interface Axis {
  readonly size: number;
  /** Distance between neighbors, in elements of the storage. */
  readonly stride: number;
}

function copyRow(
  span: Uint8Array,
  from: number,
  result: Uint8Array,
  to: number,
  { size, stride }: Axis,
  bytes: number,
): void {
  if (stride === 1) {
    result.set(span.subarray(from, from + size * bytes), to);
    return;
  }
  // The span contains the row. This was checked when the tensor was created.
  for (let i = 0; i < size; i++)
    for (let b = 0; b < bytes; b++)
      result[to + i * bytes + b] = span[from + i * stride * bytes + b] as number;
}

/** The number of dimensions that torch allows. */
const MAX_DIMENSIONS = 64;

export function elementBytes(dtype: Dtype): number {
  return DTYPE_BITS[dtype] / 8;
}
