import { ParquetError } from './thrift.ts';

/** What a stored value takes in memory, in bytes, however few its file has for it. */
const VALUE = 16;

/** Bytes that a file may still become. What it claims to hold is charged before anything is made of it. */
export class Budget {
  #left: number;
  readonly #whole: number;

  /** @param bytes in all */
  constructor(bytes: number) {
    this.#whole = bytes;
    this.#left = bytes;
  }

  /** Throws `ParquetError` when the budget is used up. */
  charge(bytes: number, values = 0): void {
    this.#left -= bytes + values * VALUE;
    if (this.#left < 0) throw new TooLargeError(`it holds more than ${this.#whole} bytes`);
  }
}

/** The file is larger than was allowed: another limit may help. */
export class TooLargeError extends ParquetError {}
