import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ArgumentError } from '@scalearn/core';
import { SlurmError } from '../errors.ts';
import { checkJobs, descendantsOf, type Job } from '../job.ts';
import type { Patience } from '../patience.ts';
import { type Choice, isLive, type ScheduledJob, type Scheduler, type Submission } from '../scheduler.ts';
import { type Launch, outputOf, type StoredArray } from '../store/arrays.ts';
import { makeFolder } from '../store/folder.ts';
import type { ResultStore } from '../store/store.ts';
import { afterOk, groupJobs, type Place } from './arrays.ts';
import { slurm } from './programs.ts';
import { checkSbatch } from './sbatch-options.ts';
import { batchScript } from './script.ts';
import { byKey, jobStates, jobsOf } from './states.ts';
import { currentTasks, type Task } from './tasks.ts';

/** How to use Slurm. */
export interface SlurmOptions {
  /** Name of the plan, of which names of arrays are made: letters, digits, `.`, `_` and `-`. */
  readonly plan: string;
  /** How tasks are started. By default as those of this plan that were submitted last. */
  readonly launch?: Launch | undefined;
  /** How long to wait for a controller that is away. By default five minutes. */
  readonly patience?: Patience | undefined;
  /** Seconds between two looks at what runs. Default 5. */
  readonly pollSeconds?: number | undefined;
}

/** Most tasks that one call of scancel names. */
const mostCancelled = 500;

/** Options that those of the user may replace: a task gets SIGTERM this many seconds before its time is over. */
const usual = ['--requeue', '--open-mode=append', '--signal=B:TERM@90'];

/**
 * Slurm as the scheduler of jobs: job arrays with dependencies. Slurm knows tasks of arrays; which job each trains is in
 * the store, a folder that all nodes share. Every method throws a SlurmError or a StoreError.
 */
export class Slurm implements Scheduler {
  readonly where: string = 'Slurm';
  readonly pollSeconds: number;
  readonly #store: ResultStore;
  readonly #folder: string;
  readonly #options: SlurmOptions;

  /** @throws SlurmError if the store is not a folder; ArgumentError for another name of a plan */
  constructor(store: ResultStore, options: SlurmOptions) {
    if (store.folder === undefined)
      throw new SlurmError(
        'store',
        `${store.where} is not a folder; Slurm needs a store in a folder that all nodes share`,
      );
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(options.plan))
      throw new ArgumentError(
        `'${options.plan}' cannot be the name of a plan; use letters, digits, . _ and -`,
      );
    checkSbatch(options.launch?.sbatch ?? []);
    this.#store = store;
    this.#folder = store.folder;
    this.#options = options;
    this.pollSeconds = options.pollSeconds ?? 5;
  }

  async close(): Promise<void> {}

  async submit(jobs: readonly Job[], { done = new Set(), only }: Choice = {}): Promise<Submission> {
    checkJobs(jobs);
    const arrays = await this.#store.arrays.all();
    const live = await this.#live(arrays);
    const open = jobs.filter(({ key }) => !done.has(key) && (only?.has(key) ?? true));
    const fresh = open.filter(({ key }) => !live.has(key));
    const added = fresh.map(({ key }) => key);
    if (fresh.length > 0) await this.#submit(fresh, live, this.#launch(arrays));
    return { added, queued: open.filter(({ key }) => live.has(key)).map(({ key }) => key) };
  }

  /** Submits all jobs, or none. */
  async #submit(jobs: readonly Job[], live: ReadonlyMap<string, Place>, launch: Launch): Promise<void> {
    const places = new Map<string, Place>(live);
    const fresh = new Set(jobs.map(({ key }) => key));
    const groups = groupJobs(jobs, (key) => fresh.has(key) || live.has(key), await this.#largestArray());
    const submission = `${this.#options.plan}.${Date.now().toString(36)}${randomBytes(2).toString('hex')}`;
    const sizes = new Map<string, number>();
    const names: string[] = [];
    try {
      for (const { jobs: group, parents } of groups) {
        const name = `${submission}.${String(names.length).padStart(4, '0')}`;
        names.push(name);
        // Before Slurm knows it, so that no task is unknown here.
        await this.#store.arrays.put(name, { ...launch, jobs: group });
        const waitsFor = parents.flatMap((key) => places.get(key) ?? []);
        const array = await this.#sbatch(name, group, launch, afterOk(waitsFor, sizes));
        sizes.set(array, group.length);
        for (const [task, { key }] of group.entries()) places.set(key, { array, task });
      }
    } catch (error) {
      // Also when the submission was stopped by the signal of its patience.
      const patience = { ...this.#patience, signal: undefined };
      await this.#scancel([...sizes.keys()], patience).catch(() => {});
      for (const name of names) await this.#store.arrays.delete(name).catch(() => {});
      throw error;
    }
  }

  /** @returns Slurm's number of the array */
  async #sbatch(
    name: string,
    jobs: readonly Job[],
    { command, sbatch }: Launch,
    dependency: string | undefined,
  ): Promise<string> {
    // In a pattern of Slurm, %% is one %, and %a is the index of the task.
    const output = join(this.#folder.replaceAll('%', '%%'), outputOf(name, '%a'));
    await makeFolder(join(this.#folder, dirname(outputOf(name, 0))));
    const { args, limit } = checkSbatch(sbatch);
    const all = [
      ...[...usual, `--output=${output}`, ...args],
      ...['--parsable', `--job-name=${name}`, `--array=0-${jobs.length - 1}${limit}`],
      ...(dependency === undefined ? [] : [`--dependency=${dependency}`, '--kill-on-invalid-dep=yes']),
    ];
    const keys = jobs.map(({ key }) => key);
    const said = await this.#run('sbatch', all, batchScript(command, keys));
    const [, array] = /^(\d+)\s*$/.exec(said) ?? [];
    if (array === undefined)
      throw new SlurmError(
        'refused',
        `sbatch did not say the number of the job, but ${JSON.stringify(said)}`,
      );
    return array;
  }

  #launch(arrays: ReadonlyMap<string, StoredArray>): Launch {
    const { plan, launch } = this.#options;
    const found =
      launch ?? [...arrays].findLast(([name]) => name.split('.').slice(0, -2).join('.') === plan)?.[1];
    if (found) return found;
    throw new SlurmError(
      'options',
      `nothing of ${plan} was submitted to Slurm yet; submit the experiment first`,
    );
  }

  /** Number of tasks that an array may have. */
  async #largestArray(): Promise<number> {
    const config = await this.#run('scontrol', ['show', 'config']);
    const most = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1] ?? 1001);
    if (most > 1) return most - 1;
    throw new SlurmError('refused', 'this Slurm allows no job arrays (MaxArraySize); ask its administrator');
  }

  async states(): Promise<ReadonlyMap<string, ScheduledJob>> {
    return jobStates(this.#store, this.#patience);
  }

  async cancel(keys: readonly string[]): Promise<string[]> {
    const arrays = await this.#store.arrays.all();
    const meant = new Set([...keys, ...descendantsOf([...jobsOf(arrays).values()], keys)]);
    const tasks = [...(await this.#live(arrays))].filter(([key]) => meant.has(key));
    await this.#scancel(tasks.map(([, { array, task }]) => `${array}_${task}`));
    return tasks.map(([key]) => key);
  }

  async #scancel(names: readonly string[], patience: Patience = this.#patience): Promise<void> {
    for (let i = 0; i < names.length; i += mostCancelled)
      await slurm('scancel', names.slice(i, i + mostCancelled), { patience });
  }

  /** Returns the tasks that wait or run, by the keys of their jobs. */
  async #live(arrays: ReadonlyMap<string, StoredArray>): Promise<ReadonlyMap<string, Task>> {
    const tasks = await currentTasks([...arrays.keys()], this.#patience);
    return byKey(tasks.filter(isLive), arrays);
  }

  #run(program: Parameters<typeof slurm>[0], args: readonly string[], input?: string): Promise<string> {
    return slurm(program, args, { patience: this.#patience, ...(input !== undefined && { input }) });
  }

  get #patience(): Patience {
    return this.#options.patience ?? {};
  }
}
