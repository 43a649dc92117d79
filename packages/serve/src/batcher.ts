import type { TextInput } from '@scalearn/models';

/** How requests are gathered into batches. */
export interface BatchOptions {
  /**
   * Milliseconds that a request waits for others before its batch begins. There is no wait after a batch of a single
   * request, so that a single client is answered at once. Default 2.
   */
  readonly maxWait?: number;
  /** Number of texts from which a batch begins at once. A request is never split. Default 64. */
  readonly maxBatch?: number;
  /** Number of texts that may wait. More are refused. Default 1,024. */
  readonly maxQueue?: number;
}

/** Too many texts are waiting. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

/** The service is stopping and takes no more texts. */
export class StoppingError extends Error {
  override readonly name = 'StoppingError';
}

/** Runs tasks one after another: a device works on one batch at a time. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

interface Waiting<Answer> {
  readonly texts: readonly TextInput[];
  readonly signal: AbortSignal | undefined;
  resolve(answers: Answer[]): void;
  reject(reason: unknown): void;
}

/**
 * Gathers the texts of several requests into batches. Texts that arrive while a batch runs wait for the next one, so
 * batches grow with the load. Every request is answered in the order of its texts.
 */
export class Batcher<Answer> {
  readonly #predict: (texts: readonly TextInput[]) => Promise<readonly Answer[]>;
  readonly #turns: Turns;
  readonly #options: Required<BatchOptions>;
  #queue: Waiting<Answer>[] = [];
  #loop: Promise<void> | undefined;
  #stopping = false;
  /** Number of requests of the batch before. */
  #together = 0;
  /** Ends the wait for further requests. */
  #begin = (): void => {};

  /** @param turns shared by the batchers of one device */
  constructor(
    predict: (texts: readonly TextInput[]) => Promise<readonly Answer[]>,
    turns: Turns,
    { maxWait = 2, maxBatch = 64, maxQueue = 1024 }: BatchOptions = {},
  ) {
    this.#predict = predict;
    this.#turns = turns;
    this.#options = { maxWait, maxBatch, maxQueue };
  }

  /** Number of texts that wait. */
  get waiting(): number {
    return this.#queue.reduce((sum, { texts }) => sum + texts.length, 0);
  }

  /**
   * Predicts texts together with those of other requests.
   *
   * @param signal if it aborts before the batch begins, the texts are left out
   * @throws QueueFullError, StoppingError, or what the model throws
   */
  submit(texts: readonly TextInput[], signal?: AbortSignal): Promise<Answer[]> {
    if (this.#stopping) return Promise.reject(new StoppingError('the service is stopping'));
    const { maxQueue } = this.#options;
    // A single request that is larger than the queue is taken if nothing waits.
    if (this.waiting > 0 && this.waiting + texts.length > maxQueue)
      return Promise.reject(new QueueFullError(`${this.waiting} texts are waiting already`));
    return new Promise((resolve, reject) => {
      this.#queue.push({ texts, signal, resolve, reject });
      if (this.waiting >= this.#options.maxBatch) this.#begin();
      this.#loop ??= this.#run().finally(() => {
        this.#loop = undefined;
      });
    });
  }

  /** Takes no more texts, and waits until all that wait are answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#begin();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { maxWait, maxBatch } = this.#options;
    while (this.#queue.length > 0) {
      if (this.#together > 1 && this.waiting < maxBatch && !this.#stopping) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, maxWait);
          this.#begin = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      await this.#turns.take(() => this.#batch());
    }
  }

  async #batch(): Promise<void> {
    const batch = this.#next();
    this.#together = batch.length;
    if (batch.length === 0) return;
    try {
      const answers = await this.#predict(batch.flatMap(({ texts }) => texts));
      let from = 0;
      for (const { texts, resolve } of batch) {
        resolve(answers.slice(from, from + texts.length));
        from += texts.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** Takes whole requests from the queue, until the batch is large enough. */
  #next(): Waiting<Answer>[] {
    const batch: Waiting<Answer>[] = [];
    let texts = 0;
    while (this.#queue.length > 0 && (texts === 0 || texts < this.#options.maxBatch)) {
      const next = this.#queue.shift() as Waiting<Answer>;
      if (next.signal?.aborted) {
        next.reject(next.signal.reason);
        continue;
      }
      batch.push(next);
      texts += next.texts.length;
    }
    return batch;
  }
}
