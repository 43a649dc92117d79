import { WorkerHandle } from './worker-handle.ts';

/** A pool of workers with one task each at a time. Further tasks wait. */
export class WorkerPool {
  readonly #workers: readonly WorkerHandle[];
  readonly #idle: WorkerHandle[];
  readonly #waiting: ((worker: WorkerHandle) => void)[] = [];

  constructor(size: number) {
    this.#workers = Array.from({ length: size }, () => new WorkerHandle());
    this.#idle = [...this.#workers];
  }

  async use<T>(work: (worker: WorkerHandle) => Promise<T>): Promise<T> {
    const worker =
      this.#idle.pop() ?? (await new Promise<WorkerHandle>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(worker);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#idle.push(worker);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}
