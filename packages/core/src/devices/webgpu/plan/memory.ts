import { at } from '../../../elements.ts';
import type { Value } from '../../../graph/tensor.ts';

/** The dispatches during which an array is needed, from the one that writes it to the last one that reads it. */
export interface Lifetime {
  readonly value: Value;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

export interface MemoryPlan {
  /** Sizes of the buffers to create. */
  readonly buffers: readonly number[];
  readonly bufferOf: ReadonlyMap<Value, number>;
}

/**
 * Assigns a buffer to every array. Arrays that are live at the same time never share a buffer. Parts of one large
 * buffer are not used, because a dispatch cannot read and write the same buffer. In order of birth, each array takes
 * the smallest free buffer that holds it. If none is large enough, it takes the largest free buffer, which grows.
 */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const buffers: { bytes: number; busyUntil: number }[] = [];
  const bufferOf = new Map<Value, number>();
  for (const { value, first, last, bytes } of [...lifetimes].sort((a, b) => a.first - b.first)) {
    let best: number | undefined;
    for (const [i, buffer] of buffers.entries()) {
      if (buffer.busyUntil >= first) continue;
      const current = best === undefined ? undefined : buffers[best]?.bytes;
      const better =
        current === undefined ||
        (buffer.bytes >= bytes
          ? current < bytes || buffer.bytes < current
          : current < bytes && buffer.bytes > current);
      if (better) best = i;
    }
    if (best === undefined) best = buffers.push({ bytes: 0, busyUntil: -1 }) - 1;
    const buffer = at(buffers, best);
    buffer.bytes = Math.max(buffer.bytes, bytes);
    buffer.busyUntil = last;
    bufferOf.set(value, best);
  }
  return { buffers: buffers.map(({ bytes }) => bytes), bufferOf };
}
