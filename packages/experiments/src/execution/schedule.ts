/** Work that can begin when the work that it needs is done. */
export interface Work<T> {
  readonly id: string;
  readonly needs: readonly string[];
  readonly item: T;
}

/** What became of a piece of work. */
export type Outcome<R> =
  | { readonly state: 'done'; readonly result: R }
  | { readonly state: 'failed'; readonly error: string }
  /** Stopped, or never begun. */
  | { readonly state: 'missing' };

/**
 * Does work in parallel, each piece after those that it needs. If a piece fails, those that need it fail as well, and
 * the rest continues.
 *
 * @param jobs number of pieces at the same time
 * @param run throws if the work fails
 * @param onOutcome called once for each piece; if it throws, no more work begins
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
  // If onOutcome throws, no more work begins, and running work is awaited.
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
    if (running.size === 0)
      throw new Error(`${[...waiting].map(({ id }) => id)} need work that does not exist`);
    await Promise.race(running.values());
  }
}
