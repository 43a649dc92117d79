import { dirname, join } from 'node:path';
import type { Job, ResultStore } from '@scalearn/cluster';
import { countOperations, jobOf, type Plan } from '@scalearn/experiments';
import { encodeIndex, indexFileName } from '@scalearn/experiments/runs';
import type { Cluster } from './load.ts';

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

/** Operations a second of a machine that nobody has measured. Only the order of jobs depends on it until results say more. */
const guessedSpeed = 1e10;

/** Returns jobs with the times that are expected from what they compute, before anything was measured. */
export async function withSeconds(jobs: readonly Job[], plan: Plan, signal?: AbortSignal): Promise<Job[]> {
  const operations = await countOperations(plan, signal);
  return jobs.map((job) => {
    const flops = operations.get(job.key)?.flops;
    return flops === undefined ? job : { ...job, seconds: flops / guessedSpeed };
  });
}

/**
 * Returns the seconds that jobs are expected to take, as results of the same method in the store took.
 *
 * @returns undefined if there are no results that say it
 */
export async function expectedSeconds(
  jobs: readonly Job[],
  store: ResultStore,
  { correctedSeconds }: Pick<Cluster, 'correctedSeconds'>,
): Promise<ReadonlyMap<string, number> | undefined> {
  const measured = new Map<string, number>();
  const done = await store.results.has(jobs.map(({ key }) => key));
  for (const key of done) {
    const seconds = (await store.results.read(key))?.record.seconds;
    if (typeof seconds === 'number') measured.set(key, seconds);
  }
  return correctedSeconds(jobs, measured, methodOf);
}

/** Returns jobs with the times that are expected after what was measured, for priorities. */
export async function withCorrectedSeconds(
  jobs: readonly Job[],
  store: ResultStore,
  cluster: Pick<Cluster, 'correctedSeconds'>,
): Promise<Job[]> {
  const expected = await expectedSeconds(jobs, store, cluster);
  return jobs.map((job) => ({ ...job, seconds: expected?.get(job.key) ?? job.seconds }));
}

/** Methods differ in what they compute besides the encoder. */
const methodOf = ({ arguments: args }: Job): string =>
  args.find((each) => each.startsWith('--method=')) ?? '';
