/** Number of runs of a program that may be in flight before the first result is read. */
const mostUnderWay = 3;

/**
 * Starts asynchronous work in order, with a few pieces in flight at once. When this ends, with or without an error, no
 * piece is in flight. The caller may then dispose the resources of the work.
 *
 * @param items the items to work on; if the iterator throws, no further piece is started
 * @param begin starts one piece
 * @throws the error of the first failed piece, in the order of the items; no further piece is started after it
 */
export async function runInOrder<T>(items: Iterable<T>, begin: (item: T) => Promise<void>): Promise<void> {
  const running: Promise<void>[] = [];
  let failure: { readonly error: unknown; readonly at: number } | undefined;
  const fail = (error: unknown, at: number): void => {
    if (!failure || at < failure.at) failure = { error, at };
  };
  let at = 0;
  try {
    for (const item of items) {
      const own = at++;
      // Errors are handled immediately, because a later piece may fail while an earlier one is awaited.
      running.push(begin(item).catch((error: unknown) => fail(error, own)));
      if (running.length >= mostUnderWay) await running.shift();
      if (failure) break;
    }
  } catch (error) {
    fail(error, at);
  }
  await Promise.all(running);
  if (failure) throw failure.error;
}

/**
 * Yields the numbers of the steps in a range. Stops after the signal is aborted.
 *
 * @param pauses returns whether to stop early; at least one step is yielded first
 */
export function* stepsUntil(
  end: number,
  from: number,
  signal: AbortSignal | undefined,
  pauses: () => boolean = () => false,
): Generator<number> {
  for (let step = from; step < end && !signal?.aborted; step++) {
    if (step > from && pauses()) return;
    yield step;
  }
}

/** Milliseconds of work after which control returns to the event loop. */
const longestTurn = 50;

export interface TimeSliceOptions {
  /** Receives the number of finished items and the total number; by default progress is not reported. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Aborting stops between two slices, with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Maps a long list in time slices, so that signals, timers and a page's events are not delayed. */
export async function mapTimeSliced<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => R,
  { onProgress, signal }: TimeSliceOptions = {},
): Promise<R[]> {
  const results: R[] = [];
  let began = performance.now();
  onProgress?.(0, items.length);
  for (const [index, item] of items.entries()) {
    if (performance.now() - began > longestTurn) {
      onProgress?.(index, items.length);
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      began = performance.now();
    }
    results.push(work(item, index));
  }
  onProgress?.(items.length, items.length);
  return results;
}
