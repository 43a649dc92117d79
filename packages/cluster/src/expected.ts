import type { Job } from './job.ts';

/**
 * Corrects the expected times of jobs by what was measured: the median of measured / expected of the jobs of the same group, or of
 * all jobs if none of the group was measured.
 *
 * @param measured seconds that jobs took, by their keys
 * @param groupOf jobs of one group are expected to be wrong alike, such as those of one method
 * @returns seconds by key, for the jobs that have an expected time; undefined if nothing was measured
 */
export function correctedSeconds(
  jobs: readonly Job[],
  measured: ReadonlyMap<string, number>,
  groupOf: (job: Job) => string,
): ReadonlyMap<string, number> | undefined {
  const ratios = new Map<string, number[]>();
  for (const job of jobs) {
    const seconds = measured.get(job.key);
    if (seconds === undefined || !job.seconds) continue;
    const group = groupOf(job);
    ratios.set(group, [...(ratios.get(group) ?? []), seconds / job.seconds]);
  }
  if (ratios.size === 0) return undefined;
  const all = median([...ratios.values()].flat());
  const factors = new Map([...ratios].map(([group, each]) => [group, median(each)]));
  return new Map(
    jobs.flatMap((job): [string, number][] =>
      job.seconds === undefined ? [] : [[job.key, job.seconds * (factors.get(groupOf(job)) ?? all)]],
    ),
  );
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}
