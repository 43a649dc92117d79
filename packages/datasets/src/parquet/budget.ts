import { ParquetError } from './thrift.ts';

/** Memory in bytes charged for each value, even if the file stores it in less. */
const VALUE = 16;

/** The number of bytes that a file may still expand to. Claimed sizes are charged before anything is allocated. */
export class Budget {
  #left: number;
  readonly #whole: number;

  /** @param bytes total number of bytes */
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

/** The file is larger than the limit. A higher limit may help. */
export class TooLargeError extends ParquetError {}
