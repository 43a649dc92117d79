/**
 * Under Node, Dawn looks for finished work by polling on the JavaScript thread without a pause, which takes a core
 * away from a GPU that is emulated on the same cores. While something is awaited, this sleeps between the polls.
 */
export class Waiter {
  readonly #nap: number | undefined;
  #pending = 0;
  #looping = false;

  /** @param nap milliseconds to sleep between polls; undefined where the runtime waits well by itself */
  constructor(nap: number | undefined) {
    this.#nap = nap;
  }

  /** Awaits a promise of the GPU's. */
  async until<T>(promise: Promise<T>): Promise<T> {
    this.#pending++;
    if (this.#nap !== undefined && !this.#looping) this.#loop(this.#nap);
    try {
      return await promise;
    } finally {
      this.#pending--;
    }
  }

  #loop(nap: number): void {
    this.#looping = true;
    const cell = new Int32Array(new SharedArrayBuffer(4));
    let polls = 0;
    const tick = (): void => {
      if (this.#pending === 0) {
        this.#looping = false;
        return;
      }
      // Short work is done after a poll or two.
      if (polls++ > 3) Atomics.wait(cell, 0, 0, nap);
      setImmediate(tick);
    };
    setImmediate(tick);
  }
}
