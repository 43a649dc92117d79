/** Stores the checkpoint of a run. */
export interface CheckpointStore {
  /** Returns the stored bytes; undefined if there are none. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces the stored bytes. It must be atomic: even after a failure, `load` returns either the old or the new bytes. */
  save(bytes: Uint8Array): Promise<void>;
}

/** Saves the state of a run: at intervals while steps continue, and on request. */
export class CheckpointWriter {
  readonly #store: CheckpointStore | undefined;
  readonly #interval: number;
  #last = performance.now();
  /** The current save. It never rejects; the next call reports an error. */
  #saving: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param minutes minutes between saves while steps continue; 0 disables these saves */
  constructor(store: CheckpointStore | undefined, minutes: number) {
    this.#store = store;
    this.#interval = store && minutes > 0 ? minutes * 60_000 : Infinity;
  }

  /** Whether steps must pause, because a save is due or the previous save failed. */
  get isDue(): boolean {
    return this.#failure !== undefined || performance.now() - this.#last >= this.#interval;
  }

  /**
   * Takes the state and starts to save it. Only one save runs at a time.
   *
   * @throws the error of the previous save, if it failed
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

  /** Waits for the current save. @throws its error, if it failed */
  async finish(): Promise<void> {
    await this.idle();
    if (this.#failure) throw this.#failure.error;
  }

  /** Waits for the current save and ignores its result. */
  idle(): Promise<void> {
    return this.#saving;
  }
}
