import type { ResultStore } from '../store/store.ts';
import { Latest } from './latest.ts';

/** Characters of a log that are kept: its end. */
const longest = 1_000_000;

/** The log of an attempt. It is in the store while the attempt goes on, so that it is there when the worker dies. */
export class Log {
  text = '';
  readonly #store: ResultStore;
  readonly #key: string;
  readonly #attempt: string;
  readonly #timer: NodeJS.Timeout;
  // A log that cannot be stored is no reason to stop.
  readonly #uploads: Latest = new Latest(() => {});
  #stored = '';

  /** @param interval milliseconds between two uploads */
  constructor(store: ResultStore, key: string, attempt: string, interval: number) {
    this.#store = store;
    this.#key = key;
    this.#attempt = attempt;
    this.#timer = setInterval(() => this.#upload(), interval);
  }

  add(text: string): void {
    this.text = (this.text + text).slice(-longest);
  }

  #upload(): void {
    const { text } = this;
    if (text === this.#stored) return;
    this.#stored = text;
    this.#uploads.run(() => this.#store.attempts.putLog(this.#key, this.#attempt, text));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#upload();
    await this.#uploads.idle();
  }
}
