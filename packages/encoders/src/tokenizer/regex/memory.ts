import { TokenizerError } from '../errors.ts';

/** Number of positions per page. */
const PAGE = 1024;
/** Maximum number of entries, 4 bytes each. */
const LARGEST = 2 ** 26;

/** The outcome of each recorded step at each position: 0 unknown, -1 failure, otherwise the end position plus one. */
export class Memory {
  readonly #slots: number;
  readonly #where: string;
  readonly #pageLength: number;
  readonly #pages: (Int32Array | undefined)[] = [];
  #kept = 0;
  #dropped = 0;

  /** @param positions number of positions */
  constructor(slots: number, positions: number, where: string) {
    this.#slots = slots;
    this.#where = where;
    this.#pageLength = Math.min(PAGE, positions) * slots;
  }

  get(slot: number, position: number): number {
    return this.#pages[Math.floor(position / PAGE)]?.[(position % PAGE) * this.#slots + slot] ?? 0;
  }

  set(slot: number, position: number, outcome: number): void {
    const index = Math.floor(position / PAGE);
    let page = this.#pages[index];
    if (!page) {
      page = new Int32Array(this.#pageLength);
      this.#pages[index] = page;
      this.#kept += page.length;
      if (this.#kept > LARGEST)
        throw new TokenizerError(
          'unsupported',
          `The pattern in ${this.#where} of tokenizer.json takes too much memory on this text. Cut the text into shorter ones.`,
        );
    }
    page[(position % PAGE) * this.#slots + slot] = outcome;
  }

  /** Drops the outcomes before a position, which the search does not visit again. */
  drop(position: number): void {
    for (const end = Math.floor(position / PAGE); this.#dropped < end; this.#dropped++) {
      this.#kept -= this.#pages[this.#dropped]?.length ?? 0;
      this.#pages[this.#dropped] = undefined;
    }
  }
}
