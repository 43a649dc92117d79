import { InvalidOptionError } from './errors.ts';
import { seedSequence } from './seed-sequence.ts';

/** 0x2360ed051fc65da44385df649fccf645 in 16-bit limbs, least significant first. */
const MULTIPLIER = Uint16Array.of(0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360);
const LIMBS = 8;

/**
 * NumPy's default generator, `numpy.random.default_rng(seed)`: PCG64 (XSL-RR 128/64, O'Neill 2014) seeded by a
 * `SeedSequence`. The same calls in the same order return the same numbers as NumPy.
 *
 * The 128-bit state is stored in 16-bit limbs. Products and their sums are then exact in doubles, which is many times
 * faster than BigInt.
 */
export class Pcg64 {
  readonly #state = new Uint16Array(LIMBS);
  readonly #increment = new Uint16Array(LIMBS);
  #high = 0;
  #low = 0;
  /** Upper half of a 64-bit output whose lower half was used. */
  #buffered: number | undefined;

  /** @param seed a whole number, 0 or more; `InvalidOptionError` otherwise */
  constructor(seed: number | bigint) {
    if (typeof seed === 'number' ? !Number.isSafeInteger(seed) || seed < 0 : seed < 0n) {
      throw new InvalidOptionError('seed', seed, 'a whole number of at least 0');
    }
    const words = seedSequence(BigInt(seed)).generate(8);
    // 64-bit words come as pairs with the low half first, 128-bit numbers with the high word first.
    const initial = limbs([words[2]!, words[3]!, words[0]!, words[1]!]);
    const stream = limbs([words[6]!, words[7]!, words[4]!, words[5]!]);
    for (let i = 0; i < LIMBS; i++) {
      this.#increment[i] = (stream[i]! << 1) | (i === 0 ? 1 : stream[i - 1]! >>> 15);
    }
    // Seeding is: state = 0; step; state += initial; step. The first step leaves the increment.
    let carry = 0;
    for (let i = 0; i < LIMBS; i++) {
      carry += this.#increment[i]! + initial[i]!;
      this.#state[i] = carry;
      carry >>>= 16;
    }
    this.#step();
  }

  /** Returns the next 64 random bits. */
  next64(): bigint {
    this.#draw();
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  /** Returns the next 32 random bits: the lower half of 64 bits, and in the following call the upper half. */
  next32(): number {
    if (this.#buffered !== undefined) {
      const upper = this.#buffered;
      this.#buffered = undefined;
      return upper;
    }
    this.#draw();
    this.#buffered = this.#high;
    return this.#low;
  }

  /** Returns a uniform number in [0, 1) with 53 random bits. */
  random(): number {
    this.#draw();
    return (this.#high * 2 ** 21 + (this.#low >>> 11)) * 2 ** -53;
  }

  /** Returns the numbers 0 … n − 1 in random order. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /** Rearranges `list` in place and returns it. */
  shuffle(list: Int32Array): Int32Array {
    for (let i = list.length - 1; i > 0; i--) swap(list, i, this.#interval(i));
    return list;
  }

  /**
   * Returns `size` different numbers of 0 … n − 1 in random order (Floyd's sampling). Throws `RangeError` for n >
   * 10,000 with size > n / 50, because NumPy uses another algorithm there.
   */
  choice(n: number, size: number): Int32Array {
    if (size > n) throw new RangeError(`cannot choose ${size} of ${n} without replacement`);
    if (n > 10_000 && size > Math.floor(n / 50)) {
      throw new RangeError(`choosing ${size} of ${n} is not supported: at most ${Math.floor(n / 50)}`);
    }
    const chosen = new Set<number>();
    for (let j = n - size; j < n; j++) {
      const value = this.#bounded(j);
      chosen.add(chosen.has(value) ? j : value);
    }
    const list = Int32Array.from(chosen);
    for (let i = size - 1; i > 0; i--) swap(list, i, this.#bounded(i));
    return list;
  }

  /** Returns a uniform number in 0 … max by masked rejection, as `shuffle` uses it. */
  #interval(max: number): number {
    const mask = 0xffffffff >>> Math.clz32(max);
    for (;;) {
      const value = (this.next32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /** Returns a uniform number in 0 … max by Lemire's multiplication, as `choice` uses it. */
  #bounded(max: number): number {
    if (max === 0) return 0;
    const range = BigInt(max) + 1n;
    const threshold = (2n ** 32n - range) % range;
    for (;;) {
      const product = BigInt(this.next32()) * range;
      if ((product & 0xffffffffn) >= threshold) return Number(product >> 32n);
    }
  }

  /** Advances the state and writes 64 bits of output to `#high` and `#low`: high ⊕ low of the state, rotated right. */
  #draw(): void {
    this.#step();
    const s = this.#state;
    const high = word(s[7]! ^ s[3]!, s[6]! ^ s[2]!);
    const low = word(s[5]! ^ s[1]!, s[4]! ^ s[0]!);
    const rotation = s[7]! >>> 10;
    const [upper, lower] = rotation < 32 ? [high, low] : [low, high];
    const bits = rotation % 32;
    this.#high = bits === 0 ? upper : ((upper >>> bits) | (lower << (32 - bits))) >>> 0;
    this.#low = bits === 0 ? lower : ((lower >>> bits) | (upper << (32 - bits))) >>> 0;
  }

  /** state = state · multiplier + increment, modulo 2¹²⁸. */
  #step(): void {
    const state = this.#state;
    const old = Uint16Array.from(state);
    let carry = 0;
    for (let i = 0; i < LIMBS; i++) {
      let sum = carry + this.#increment[i]!;
      for (let j = 0; j <= i; j++) sum += old[j]! * MULTIPLIER[i - j]!;
      state[i] = sum % 0x10000;
      carry = Math.floor(sum / 0x10000);
    }
  }
}

/** Converts 32-bit words, least significant first, to 16-bit limbs. */
function limbs(words: readonly number[]): Uint16Array {
  return Uint16Array.from({ length: LIMBS }, (_, i) => words[i >> 1]! >>> (i % 2 === 0 ? 0 : 16));
}

function word(high: number, low: number): number {
  return ((high << 16) | low) >>> 0;
}

function swap(list: Int32Array, i: number, j: number): void {
  const held = list[i]!;
  list[i] = list[j]!;
  list[j] = held;
}
