import type { PlanSubmission } from '@scalearn/cluster';
import type { Plan } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { clusterJobs, planNote } from './jobs.ts';
import type { Places } from './places.ts';

/** Submits the jobs of an experiment that have no result yet, and stores its plan. It may be repeated. */
export async function submitExperiment(
  plan: Plan,
  { cluster, store, scheduler }: Places,
): Promise<PlanSubmission> {
  const jobs = clusterJobs(plan);
  await store.putPlan(plan.experiment.name, jobs, planNote(plan));
  return cluster.submitPlan(store, scheduler, jobs);
}

export function submissionText({ added, queued, done }: PlanSubmission, where: string): string {
  return `${counted(added.length, 'job')} added to ${where}, ${queued.length} there already, ${done.length} done before`;
}
