import fc from 'fast-check';

/**
 * A graph as numbers. Every tape is a valid graph for all numbers, so fast-check can shrink a failing one.
 */
export interface Tape {
  /** Lengths of the batch's sequences, and of those of another batch for the same program. */
  readonly lengths: readonly number[];
  readonly others: readonly number[];
  /** Selects the values of the inputs. */
  readonly values: number;
  /** Selects the device, if only one is tried. */
  readonly turn: number;
  readonly steps: readonly Step[];
}

export interface Step {
  /** Selects the operation. */
  readonly operation: number;
  /** Selects its inputs and options; see `Draw`. */
  readonly choices: readonly number[];
}

const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 40 })), {
  minLength: 1,
  maxLength: 5,
});

/** Generates tapes with up to this number of operations. */
export function tapes(operations: number): fc.Arbitrary<Tape> {
  const step = fc.record({
    operation: fc.nat(9999),
    choices: fc.array(fc.nat(9999), { minLength: 0, maxLength: 12 }),
  });
  return fc.record({
    lengths,
    others: lengths,
    values: fc.nat(9999),
    turn: fc.nat(11),
    steps: fc.array(step, { minLength: 1, maxLength: operations, size: 'max' }),
  });
}

/** Returns the choices of a step one after the other. After the last one, all are 0. */
export class Draw {
  readonly #choices: readonly number[];
  #next = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** Returns one of `0 … n - 1`. */
  below(n: number): number {
    return (this.#choices[this.#next++] ?? 0) % n;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}
