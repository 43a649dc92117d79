import type { CheckpointStore } from './checkpoint.ts';

/** Saves the state of a run: now and then while steps go on, and whenever it is told to. */
export class CheckpointWriter {
  readonly #store: CheckpointStore | undefined;
  readonly #interval: number;
  #last = performance.now();
  /** Never rejects: what went wrong is told to whoever saves next. */
  #saving: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param minutes between saves while steps go on; 0: none then */
  constructor(store: CheckpointStore | undefined, minutes: number) {
    this.#store = store;
    this.#interval = store && minutes > 0 ? minutes * 60_000 : Infinity;
  }

  /** Whether steps are to stop for a save, or because the one before has failed. */
  get isDue(): boolean {
    return this.#failure !== undefined || performance.now() - this.#last >= this.#interval;
  }

  /**
   * Takes the state and begins to save it. One save is under way at a time.
   *
   * @throws what the save before failed with
   */
  async begin(state: () => Promise<Uint8Array>): Promise<void> {
    const store = this.#store;
    if (!store) return;
    await this.finish();
    const bytes = await state();
    this.#last = performance.now();
    this.#saving = store.save(bytes).catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /** Waits for the save under way. @throws what it failed with */
  async finish(): Promise<void> {
    await this.idle();
    if (this.#failure) throw this.#failure.error;
  }

  /** The same, without a word on how it ended. */
  idle(): Promise<void> {
    return this.#saving;
  }
}
