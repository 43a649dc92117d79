import { dirname, join } from 'node:path';
import type { Job } from '@scalearn/cluster';
import { jobOf, type Plan } from '@scalearn/experiments';
import { encodeIndex, indexFileName } from '@scalearn/experiments/runs';

/** Name of the encoder among the inputs of a job. */
export const encoderInput = 'the encoder';

/** Name of a task's rows among the inputs of a job. */
export const dataInput = (task: string): string => `the data of ${task}`;

/**
 * Returns the jobs of a plan for a scheduler, each after those that it needs.
 *
 * @param deviceKind kind of the device that must train them; by default every kind may
 */
export function clusterJobs({ runs }: Plan, deviceKind?: string): Job[] {
  return runs.map((run) => {
    const { key, arguments: args, parents, encoder } = jobOf(run);
    const data = run.tasks.map(({ found, fingerprint }) => [dataInput(found.info.id), fingerprint] as const);
    return {
      key,
      arguments: args,
      parents,
      ...(deviceKind !== undefined && { deviceKind }),
      inputs: { [encoderInput]: encoder, ...Object.fromEntries(data) },
    };
  });
}

/** Returns what a store keeps of a plan for reports: `experiment.json`, as it is beside the folder of the models. */
export function planNote(plan: Plan): string {
  return encodeIndex(plan, new Map(), join(dirname(plan.store), plan.experiment.name, indexFileName));
}
