/** Something to be done, after what it needs. */
export interface Work<T> {
  readonly id: string;
  readonly needs: readonly string[];
  readonly item: T;
}

/** What became of it. */
export type Outcome<R> =
  | { readonly state: 'done'; readonly result: R }
  | { readonly state: 'failed'; readonly error: string }
  /** Stopped, or not begun. */
  | { readonly state: 'missing' };

/**
 * Does work side by side, each piece after those it needs. What fails takes with it what needs it; the rest goes on.
 *
 * @param jobs how many at once
 * @param run throws where it fails
 * @param onOutcome told of each piece once; where it throws, nothing more is begun
 */
export async function schedule<T, R>(
  work: readonly Work<T>[],
  {
    jobs,
    signal,
    run,
    onOutcome,
  }: {
    readonly jobs: number;
    readonly signal: AbortSignal;
    run(item: T): Promise<R>;
    onOutcome(work: Work<T>, outcome: Outcome<R>): void | Promise<void>;
  },
): Promise<Map<string, Outcome<R>>> {
  const outcomes = new Map<string, Outcome<R>>();
  const waiting = new Set(work);
  const running = new Map<string, Promise<void>>();
  // An outcome that could not be told ends it all; what runs is waited for.
  let broken: { readonly error: unknown } | undefined;
  const settle = async (each: Work<T>, outcome: Outcome<R>): Promise<void> => {
    outcomes.set(each.id, outcome);
    try {
      await onOutcome(each, outcome);
    } catch (error) {
      broken ??= { error };
    }
  };
  const start = (each: Work<T>): Promise<void> =>
    run(each.item)
      .then(
        (result): Outcome<R> => ({ state: 'done', result }),
        (error: Error): Outcome<R> =>
          signal.aborted ? { state: 'missing' } : { state: 'failed', error: error.message },
      )
      .then((outcome) => settle(each, outcome))
      .finally(() => running.delete(each.id));
  for (;;) {
    for (const each of waiting) {
      if (broken) break;
      const needed = each.needs.map((id) => outcomes.get(id));
      const failed = each.needs.find((_, i) => needed[i] && needed[i].state !== 'done');
      if (signal.aborted || failed !== undefined) {
        waiting.delete(each);
        await settle(
          each,
          signal.aborted ? { state: 'missing' } : { state: 'failed', error: `its source ${failed} failed` },
        );
      } else if (running.size < jobs && needed.every((outcome) => outcome?.state === 'done')) {
        waiting.delete(each);
        running.set(each.id, start(each));
      }
    }
    if (running.size === 0 && broken) throw broken.error;
    if (running.size === 0 && waiting.size === 0) return outcomes;
    if (running.size === 0) throw new Error(`${[...waiting].map(({ id }) => id)} need what is not there`);
    await Promise.race(running.values());
  }
}
