/**
 * Runs one thing at a time, and only the newest of those that waited meanwhile. Uploads of checkpoints are such: one that
 * was overtaken is not worth its time.
 */
export class Latest {
  #running: Promise<void> | undefined;
  #next: (() => Promise<void>) | undefined;
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  run(work: () => Promise<void>): void {
    this.#next = work;
    this.#running ??= this.#drain();
  }

  async #drain(): Promise<void> {
    for (let work = this.#next; work; work = this.#next) {
      this.#next = undefined;
      await work().catch(this.#onError);
    }
    this.#running = undefined;
  }

  /** Forgets what waits. */
  drop(): void {
    this.#next = undefined;
  }

  /** Waits until nothing runs. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }
}
