import type { Job, PlanSubmission, ResultStore } from '@scalearn/cluster';
import { type Plan, UsageError } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { clusterJobs, planNote, withCorrectedSeconds, withSeconds } from './jobs.ts';
import type { Places } from './places.ts';

/** How an experiment is submitted. */
export interface SubmitOptions {
  /** Kind of the device that must train it; by default every kind may. */
  readonly deviceKind?: string | undefined;
  /** Whether it may take the place of another experiment of its name; by default not. */
  readonly overwrite?: boolean | undefined;
  /** Stops what is read before; by default nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Submits the jobs of an experiment that have no result yet, and stores its plan. It may be repeated.
 *
 * @throws UsageError if the store has another experiment of this name
 */
export async function submitExperiment(
  plan: Plan,
  { cluster, store, scheduler }: Places,
  { deviceKind, overwrite = false, signal }: SubmitOptions = {},
): Promise<PlanSubmission> {
  const jobs = await withSeconds(clusterJobs(plan, deviceKind), plan, signal);
  const { name } = plan.experiment;
  // What was submitted before stays in sight: a part of an experiment does not take the place of the whole.
  if (overwrite || (await isWhole(store, name, jobs))) await store.putPlan(name, jobs, planNote(plan));
  // The plan keeps the times before they were corrected, so that later results correct them anew.
  return cluster.submitPlan(store, scheduler, await withCorrectedSeconds(jobs, store, cluster));
}

/** Whether jobs have all those that were submitted under a name. @throws UsageError if each has some that the other lacks */
async function isWhole(store: ResultStore, name: string, jobs: readonly Job[]): Promise<boolean> {
  const before = new Set((await store.getPlan(name))?.jobs.map(({ key }) => key));
  const both = jobs.filter(({ key }) => before.has(key)).length;
  if (both === before.size) return true;
  if (both === jobs.length) return false;
  throw new UsageError(
    `${store.where} has another experiment ${name}: ${before.size - both} of its ${counted(before.size, 'model')} are not in this file; rename the file, or give --overwrite if it takes the place of that one, whose results stay`,
  );
}

export function submissionText({ added, queued, done }: PlanSubmission, where: string): string {
  return `${counted(added.length, 'job')} added to ${where}, ${queued.length} there already, ${done.length} done before`;
}
