// Checks the history of many workers: what they logged, in the order of the log, and what is in the store.
import type { Job } from '../../src/job.ts';
import type { WorkEvent } from '../../src/worker/events.ts';

/** What workers of one experiment did. */
export interface History {
  readonly jobs: readonly Job[];
  /** In the order in which they were appended to one log. */
  readonly events: readonly WorkEvent[];
  /** What is in the store at the end: the attempt whose result counts, and its bytes. */
  readonly results: ReadonlyMap<string, { readonly attempt: string; readonly model: Uint8Array }>;
  /** The bytes that one machine makes alone. */
  readonly expected: ReadonlyMap<string, Uint8Array>;
  /** Trainings that faults may have interrupted. */
  readonly interrupted: number;
}

type Of<K extends WorkEvent['event']> = Extract<WorkEvent, { readonly event: K }>;

/** Returns a sentence for each promise that was broken. */
export function violations({ jobs, events, results, expected, interrupted }: History): string[] {
  const found: string[] = [];
  const of = <K extends WorkEvent['event']>(kind: K): Of<K>[] =>
    events.filter((event): event is Of<K> => event.event === kind);
  for (const { key } of jobs) {
    const result = results.get(key);
    if (!result) found.push(`${key} has no result`);
    else if (Buffer.compare(result.model, expected.get(key) ?? new Uint8Array()) !== 0)
      found.push(`the bytes of ${key} are not those of one machine alone`);
    const first = of('commit').filter((event) => event.key === key && event.isFirst);
    if (first.length > 1) found.push(`${key} has ${first.length} first commits`);
    if (first.some(({ attempt }) => attempt !== result?.attempt))
      found.push(`the result of ${key} is not that of its first commit`);
  }
  const committed = new Set(
    of('commit')
      .filter(({ isFirst }) => isFirst)
      .map(({ key }) => key),
  );
  const seen = new Set<string>();
  const begun = new Set<string>();
  for (const event of events) {
    if (event.event === 'commit') {
      if (!begun.has(event.attempt))
        found.push(`${event.attempt} of ${event.key} committed before its start`);
    }
    // Each of these shows that the result is there. The line of the first commit may come late, from a worker that was frozen.
    if (event.event === 'commit' || event.event === 'known') seen.add(event.key);
    if (event.event !== 'start') continue;
    const { key, attempt, parents } = event;
    if (begun.has(attempt)) found.push(`${attempt} of ${key} started twice`);
    begun.add(attempt);
    for (const parent of jobs.find((job) => job.key === key)?.parents ?? []) {
      // A worker may be killed between its commit and its line in the log; then only the attempt shows the order.
      if (committed.has(parent) && !seen.has(parent))
        found.push(`${key} started before the result of ${parent}`);
      if (parents[parent] !== results.get(parent)?.attempt)
        found.push(`${key} started from ${parents[parent]}, which is not the result of ${parent}`);
    }
  }
  const reruns = of('start').length - new Set(of('start').map(({ key }) => key)).size;
  if (reruns > interrupted)
    found.push(`${reruns} trainings ran again, though faults interrupted ${interrupted}`);
  // The faults kill workers, never a training alone.
  for (const { key, reason } of of('died')) found.push(`a training of ${key} died: ${reason}`);
  for (const { key, reason } of of('failed')) found.push(`${key} failed: ${reason}`);
  for (const { key, files } of of('different'))
    found.push(`two attempts of ${key} differ in ${files.join(', ')}`);
  return found;
}
