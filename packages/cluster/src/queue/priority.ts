import { childrenOf, type Job, parentsFirst } from '../job.ts';

/** Expected seconds that count; a longer training is as urgent as one of this time. */
const mostSeconds = 999_999;
/** Longest chain that counts, so that a priority is an integer of 32 bits. */
const longestChain = 2000;

/**
 * Returns how urgent each job is: first those on which the longest chain of jobs waits, then those that take longest.
 * Priorities of plans that are submitted one after another are comparable.
 */
export function priorities(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const children = childrenOf(jobs);
  const chains = new Map<string, number>();
  for (const { key } of parentsFirst(jobs).reverse()) {
    const below = (children.get(key) ?? []).map((child) => chains.get(child.key) ?? 0);
    chains.set(key, 1 + below.reduce((most, each) => Math.max(most, each), 0));
  }
  return new Map(
    jobs.map(({ key, seconds = 0 }) => {
      const chain = Math.min(chains.get(key) ?? 1, longestChain);
      return [key, chain * (mostSeconds + 1) + Math.min(Math.round(seconds), mostSeconds)];
    }),
  );
}
