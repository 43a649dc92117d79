/** Milliseconds of work after which the rest of the process gets its turn. */
const longestTurn = 50;

export interface TurnOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops between two turns, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Does synchronous work on a long list in turns, so that signals, timers and a page's events are not kept waiting. */
export async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => R,
  { onProgress, signal }: TurnOptions = {},
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
