/** Work in the order it was asked for, one piece at a time: runs of all programs, and access to what they update. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
