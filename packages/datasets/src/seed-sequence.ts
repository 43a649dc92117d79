/**
 * NumPy's `SeedSequence`: spreads a seed of any size over a pool of four 32-bit words and generates the words that a
 * generator needs. The hash is Melissa O'Neill's `seed_seq_fe`.
 */
export interface SeedSequence {
  readonly pool: Uint32Array;
  /** Returns the first `count` 32-bit words. Every call returns the same words. */
  generate(count: number): Uint32Array;
}

const POOL_SIZE = 4;

/** @param seed a whole number, 0 or more, of any size */
export function seedSequence(seed: bigint): SeedSequence {
  const entropy = words32(seed);
  const hash = hasher(0x43b0d7e5, 0x931e8875);
  const pool = Uint32Array.from({ length: POOL_SIZE }, (_, i) => hash(entropy[i] ?? 0));
  for (let source = 0; source < POOL_SIZE; source++) {
    for (let i = 0; i < POOL_SIZE; i++) {
      if (i !== source) pool[i] = mix(pool[i]!, hash(pool[source]!));
    }
  }
  for (const word of entropy.slice(POOL_SIZE)) {
    for (let i = 0; i < POOL_SIZE; i++) pool[i] = mix(pool[i]!, hash(word));
  }
  return {
    pool,
    generate(count) {
      const output = hasher(0x8b51f9dd, 0x58f38ded);
      return Uint32Array.from({ length: count }, (_, i) => output(pool[i % POOL_SIZE]!));
    },
  };
}

/** Returns a hash whose constant advances with every word, so that equal words hash differently. */
function hasher(start: number, multiplier: number): (word: number) => number {
  let constant = start;
  return (word) => {
    const mixed = word ^ constant;
    constant = Math.imul(constant, multiplier);
    const product = Math.imul(mixed, constant);
    return (product ^ (product >>> 16)) >>> 0;
  };
}

function mix(x: number, y: number): number {
  const result = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
  return (result ^ (result >>> 16)) >>> 0;
}

/** Returns the number as 32-bit words, least significant first. 0 is one word. */
function words32(value: bigint): number[] {
  const words: number[] = [];
  for (let rest = value; rest > 0n || words.length === 0; rest >>= 32n)
    words.push(Number(rest & 0xffffffffn));
  return words;
}
