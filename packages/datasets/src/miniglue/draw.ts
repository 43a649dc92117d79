import { Pcg64 } from '../pcg64.ts';

/** Returns the 32-bit FNV-1a hash over the UTF-16 units of a text. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  // FNV's low bits are weak, so one more mixing round follows.
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return (value ^ (value >>> 16)) >>> 0;
}

/**
 * Random choices of one row. They depend only on seed, stream and row. So a large data set starts with the rows of a
 * small one.
 */
export class Draw {
  readonly #generator: Pcg64;

  constructor(seed: number, stream: string, row: number) {
    this.#generator = new Pcg64((BigInt(seed) << 64n) | (BigInt(hash(stream)) << 32n) | BigInt(row));
  }

  /** Returns a whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor(this.#generator.random() * bound);
  }

  chance(probability: number): boolean {
    return this.#generator.random() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Returns `count` different members in random order. */
  sample<T>(list: readonly T[], count: number): T[] {
    return Array.from(this.#generator.permutation(list.length).subarray(0, count), (i) => list[i]!);
  }

  /** Chooses one of several functions by weight. */
  weighted<T>(options: readonly (readonly [weight: number, value: T])[]): T {
    const total = options.reduce((sum, [weight]) => sum + weight, 0);
    let at = this.#generator.random() * total;
    for (const [weight, value] of options) {
      at -= weight;
      if (at < 0) return value;
    }
    return options.at(-1)![1];
  }
}
