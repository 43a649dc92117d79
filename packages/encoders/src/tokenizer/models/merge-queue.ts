/** A binary heap of pending merges, ordered by rank and then by position from left to right. */
export class MergeQueue {
  /** `rank * length + position`, which is exact if neither exceeds 2²⁶. */
  readonly #keys: number[] = [];
  readonly #length: number;

  /** @param length all positions are below it */
  constructor(length: number) {
    this.#length = length;
  }

  get size(): number {
    return this.#keys.length;
  }

  push(rank: number, position: number): void {
    const keys = this.#keys;
    const key = rank * this.#length + position;
    let hole = keys.length;
    keys.push(key);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[hole] = keys[parent]!;
      hole = parent;
    }
    keys[hole] = key;
  }

  /** Removes and returns the first merge. */
  pop(): { readonly rank: number; readonly position: number } {
    const keys = this.#keys;
    const first = keys[0]!;
    const last = keys.pop()!;
    const size = keys.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= last) break;
      keys[hole] = keys[child]!;
      hole = child;
    }
    if (size > 0) keys[hole] = last;
    const rank = Math.floor(first / this.#length);
    return { rank, position: first - rank * this.#length };
  }
}
