import type { Queue, TakenJob } from '../queue/queue.ts';

/** What of a queue a worker needs while it holds a job. */
export type Holder = Pick<Queue, 'heartbeatSeconds' | 'heartbeat' | 'complete' | 'handBack' | 'fail'>;

/** Heartbeats of a job. */
export interface Heartbeats {
  /** Aborts when the queue says that the job is no longer this worker's. */
  readonly lost: AbortSignal;
  stop(): void;
}

/**
 * Sends signs of life for a job, three in the time after which the queue gives it to another worker. While the database is
 * away, the worker goes on: its result counts, whoever else begins meanwhile.
 */
export function keepAlive(queue: Holder, taken: TakenJob): Heartbeats {
  const lost = new AbortController();
  let isSending = false;
  const beat = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    const isOurs = await queue.heartbeat(taken).catch(() => true);
    isSending = false;
    if (!isOurs) lost.abort();
  };
  const timer = setInterval(() => void beat(), (1000 * queue.heartbeatSeconds) / 3);
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
