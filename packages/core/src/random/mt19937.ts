/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded from one number as in PyTorch and NumPy. It
 * reproduces random choices of the reference. Everything else uses {@link RandomStream}.
 */
export class MT19937 {
  /** The state. All indices below are within its 624 words. */
  readonly #state = new Uint32Array(624);
  #index = 624;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < 624; i++) {
      const before = state[i - 1] as number;
      state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** Returns the next 32-bit word, unsigned. */
  word(): number {
    if (this.#index === 624) this.#twist();
    let y = this.#state[this.#index++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < 624; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % 624] as number) & 0x7fffffff);
      state[i] = (state[(i + 397) % 624] as number) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}
