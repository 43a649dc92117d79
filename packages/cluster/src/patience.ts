import { setTimeout } from 'node:timers/promises';

/** How long to try again what failed for a reason that may pass. */
export interface Patience {
  /** Milliseconds from the first failure until the last error is thrown. Default 300,000. */
  readonly limit?: number | undefined;
  /** Milliseconds before the first repetition, which then double. Default 200. */
  readonly first?: number | undefined;
  /** Longest milliseconds between two tries. Default 20,000. */
  readonly longest?: number | undefined;
  /** Ends the waiting; its reason is thrown. Without it, only `limit` does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Repeats what fails for a reason that may pass. The waits double, and half of each is random, so that many workers do
 * not come back together.
 *
 * @throws the last error, when the time is over or when it does not pass
 */
export async function patiently<T>(
  work: () => Promise<T>,
  mayPass: (error: unknown) => boolean,
  { limit = 300_000, first = 200, longest = 20_000, signal }: Patience = {},
): Promise<T> {
  let failedSince: number | undefined;
  for (let wait = first; ; wait = Math.min(2 * wait, longest)) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      // A clock that only goes forward: that of the system may be set meanwhile.
      failedSince ??= performance.now();
      const pause = wait * (0.5 + 0.5 * Math.random());
      if (!mayPass(error) || performance.now() + pause - failedSince > limit) throw error;
      await setTimeout(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

/** Waits for work until a signal aborts. What does not answer is then left alone. @throws the signal's reason */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
