/** Executes work one piece at a time, in the order of the calls: runs of programs, and access to their variables. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
