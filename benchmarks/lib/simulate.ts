/** A training of a plan, and what it takes. */
export interface TimedJob {
  readonly key: string;
  readonly parents: readonly string[];
  readonly work: number;
}

/** Returns the number of levels of a plan, and the work of its longest chain. @param jobs each after those that it needs */
export function chainsOf(jobs: readonly TimedJob[]): { readonly levels: number; readonly longest: number } {
  const levels = new Map<string, number>();
  const chains = new Map<string, number>();
  const most = (of: ReadonlyMap<string, number>, keys: readonly string[]): number =>
    keys.reduce((sum, key) => Math.max(sum, of.get(key) ?? 0), 0);
  for (const { key, parents, work } of jobs) {
    levels.set(key, 1 + most(levels, parents));
    chains.set(key, work + most(chains, parents));
  }
  return { levels: most(levels, [...levels.keys()]), longest: most(chains, [...chains.keys()]) };
}

/**
 * Returns the work until the last job ends on machines that always take the most urgent job that is ready, as the queue
 * orders them: first the one on which the longest chain of jobs waits, then the longest.
 *
 * @param jobs each after those that it needs
 */
export function makespan(jobs: readonly TimedJob[], machines: number): number {
  const children = new Map<string, TimedJob[]>();
  const open = new Map<string, number>();
  for (const job of jobs) {
    open.set(job.key, job.parents.length);
    for (const parent of job.parents) children.set(parent, [...(children.get(parent) ?? []), job]);
  }
  const chain = new Map<string, number>();
  for (const { key } of jobs.toReversed())
    chain.set(
      key,
      1 + (children.get(key) ?? []).reduce((most, child) => Math.max(most, chain.get(child.key) ?? 0), 0),
    );
  const byUrgency = (a: TimedJob, b: TimedJob): number =>
    (chain.get(b.key) ?? 0) - (chain.get(a.key) ?? 0) || b.work - a.work;
  const ready = jobs.filter(({ parents }) => parents.length === 0).sort(byUrgency);
  const running: { readonly job: TimedJob; readonly end: number }[] = [];
  let now = 0;
  while (ready.length > 0 || running.length > 0) {
    while (ready.length > 0 && running.length < machines) {
      const job = ready.shift() as TimedJob;
      running.push({ job, end: now + job.work });
    }
    running.sort((a, b) => a.end - b.end);
    const { job, end } = running.shift() as (typeof running)[number];
    now = end;
    let isChanged = false;
    for (const child of children.get(job.key) ?? []) {
      const left = (open.get(child.key) ?? 0) - 1;
      open.set(child.key, left);
      if (left > 0) continue;
      ready.push(child);
      isChanged = true;
    }
    if (isChanged) ready.sort(byUrgency);
  }
  return now;
}
