import { at } from '../elements.ts';
import { philox } from './philox.ts';

/**
 * Named random streams. The words of a stream depend only on the seed, the stream's name and the position. A new
 * consumer therefore never changes the numbers of another, and a checkpoint stores only positions.
 */

/** Returns a stream's number: the 32-bit FNV-1a of its name. */
export function streamId(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Returns the two key words of a seed, a whole number from 0 to 2^53 - 1. */
export function seedKey(seed: number): [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

/** Draws the words of a stream in order. */
export class RandomStream {
  readonly #key: [number, number];
  readonly #id: number;
  /** Number of words drawn so far. Setting it moves the stream. */
  position = 0;
  #block = -1;
  #words: readonly number[] = [];

  constructor(seed: number, name: string) {
    this.#key = seedKey(seed);
    this.#id = streamId(name);
  }

  /** Returns the next 32-bit word, unsigned. */
  word(): number {
    const block = Math.floor(this.position / 4);
    if (block !== this.#block) {
      this.#words = philox(block, Math.floor(block / 2 ** 32), this.#id, 0xffffffff, ...this.#key);
      this.#block = block;
    }
    // The index is below 4, and a call gives four words.
    return this.#words[this.position++ % 4] as number;
  }

  /** Returns a uniform number in [0, 1) with 24 bits. */
  uniform(): number {
    return (this.word() >>> 8) * 2 ** -24;
  }

  /** Returns a uniform whole number in [0, bound), without bias. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % bound;
    }
  }

  /** Returns normally distributed values (Box-Muller), using two words for each pair. */
  normal(count: number, mean: number, deviation: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(((this.word() >>> 8) + 1) * 2 ** -24));
      const angle = 2 * Math.PI * this.uniform();
      values[i] = mean + deviation * radius * Math.cos(angle);
      if (i + 1 < count) values[i + 1] = mean + deviation * radius * Math.sin(angle);
    }
    return values;
  }

  /** Returns a random permutation of 0 … count - 1 (Fisher-Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = at(order, i);
      order[i] = at(order, j);
      order[j] = held;
    }
    return order;
  }
}
