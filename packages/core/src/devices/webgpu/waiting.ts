/**
 * Sleeps between the polls of Dawn while a promise is awaited. In Node, Dawn polls for finished work on the JavaScript
 * thread without a pause. That takes a core away from a software adapter.
 */
export class Waiter {
  readonly #nap: number | undefined;
  #pending = 0;
  #looping = false;

  /** @param nap milliseconds to sleep between polls; undefined if the runtime does not need to be polled */
  constructor(nap: number | undefined) {
    this.#nap = nap;
  }

  /** Awaits a promise of the GPU. */
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
      // Short work is finished after one or two polls.
      if (polls++ > 3) Atomics.wait(cell, 0, 0, nap);
      setImmediate(tick);
    };
    setImmediate(tick);
  }
}
