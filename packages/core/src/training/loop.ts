/** How many runs of a program may be under way before the results of the first are read. */
const mostUnderWay = 3;

/**
 * Begins asynchronous work piece by piece, in order, with a few pieces under way at once. Nothing is under way any more
 * when this ends, however it ends: whoever called may then dispose of what the work used.
 *
 * @param items what to work on; where the next one throws, nothing more is begun
 * @param begin starts one piece
 * @throws the error of the first piece that failed, in the order of the items; after it nothing more is begun
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
      // Handled at once: a later piece may fail first, while an earlier one is waited for.
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
 * The numbers of the steps from one on, up to another; none after the signal.
 *
 * @param pauses whether to stop early; at least one step comes before
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

/** Milliseconds of work after which the rest of the process gets its turn. */
const longestTurn = 50;

export interface TimeSliceOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops between two turns, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Does synchronous work on a long list in turns, so that signals, timers and a page's events are not kept waiting. */
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
