/** Merges to be done, the one of the lowest rank first, of equal ranks the one farthest left: a binary heap. */
export class MergeQueue {
  readonly #ranks: number[] = [];
  readonly #positions: number[] = [];

  get size(): number {
    return this.#ranks.length;
  }

  push(rank: number, position: number): void {
    const ranks = this.#ranks;
    const positions = this.#positions;
    let i = ranks.length;
    ranks.push(rank);
    positions.push(position);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Takes the first merge away. @returns its rank and its position */
  pop(): readonly [rank: number, position: number] {
    const first = [this.#ranks[0]!, this.#positions[0]!] as const;
    const last = this.#ranks.length - 1;
    this.#swap(0, last);
    this.#ranks.pop();
    this.#positions.pop();
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= last) break;
      const child = left + 1 < last && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, i)) break;
      this.#swap(i, child);
      i = child;
    }
    return first;
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#ranks[i]!, this.#ranks[j]!];
    return a < b || (a === b && this.#positions[i]! < this.#positions[j]!);
  }

  #swap(i: number, j: number): void {
    for (const values of [this.#ranks, this.#positions]) {
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
  }
}
