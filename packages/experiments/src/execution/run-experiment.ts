import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { DeviceChoice } from '@scalearn/core';
import { FolderError } from '../errors.ts';
import { takeLock } from '../folders/lock.ts';
import { removeTemporaries, writeFileAtomic } from '../folders/write-file.ts';
import { type Job, type JobPlace, jobArguments, jobOf } from '../plan/jobs.ts';
import type { Plan, PlannedRun } from '../plan/plan.ts';
import { readRunFile } from '../runs/run-json.ts';
import type { RunFile } from '../runs/run-schema.ts';
import { checkSameSettings } from '../training/settings.ts';
import { encodeIndex, indexFileName } from './index-file.ts';
import { type JobFailure, type JobWatch, runJob, type TrainCommand, type TrainingEvent } from './run-job.ts';
import { type Outcome, schedule } from './schedule.ts';

/** A model that is trained. */
export interface TrainedRun {
  /** Content of its `run.json`. */
  readonly run: RunFile;
  /** Whether the model was already trained. */
  readonly isReused: boolean;
}

/** What happens while an experiment runs. */
export type ExperimentEvent =
  /** The folder is taken, and work begins. */
  | { readonly event: 'plan'; readonly plan: Plan }
  /** A training begins. */
  | { readonly event: 'started'; readonly run: PlannedRun }
  /** A training reports something. */
  | { readonly event: 'training'; readonly run: PlannedRun; readonly training: TrainingEvent }
  /** A training warns. */
  | { readonly event: 'warning'; readonly run: PlannedRun; readonly text: string }
  /** A model is there, or will not be. */
  | { readonly event: 'outcome'; readonly run: PlannedRun; readonly outcome: Outcome<TrainedRun> };

/**
 * Does a job in a way of the program's own, such as on another machine: at the end, the folder of its key holds the model.
 *
 * @returns why it failed; undefined if it did not
 */
export type DoJob = (job: Job, how: JobPlace & JobWatch) => Promise<JobFailure | undefined>;

/** How to run an experiment. */
export interface RunOptions {
  /** Starts `scalearn`, which trains each model in a process of its own; or a function that does the jobs. */
  readonly command: TrainCommand | DoJob;
  /** Number of models to train at the same time; by default 1. */
  readonly jobs?: number;
  /** Device of each training; by default the best available. */
  readonly device?: DeviceChoice | undefined;
  /** CPU threads of each training; by default all of the machine, divided by the jobs. */
  readonly threads?: number | undefined;
  /** Stops the experiment: running models save their state. By default it runs to its end. */
  readonly signal?: AbortSignal;
  /** Receives what happens; by default nothing does. */
  onEvent?(event: ExperimentEvent): void;
}

/**
 * Trains the models of a plan that are not trained yet, each after those that it needs. A model that fails does not stop
 * the others. The index `experiment.json` is written after each model, so that it is correct whenever the process ends.
 * The same call continues.
 *
 * @param folder for `experiment.json`
 * @returns the outcome of each model, by its id
 * @throws InUseError if another process runs an experiment with the same models, FolderError if files cannot be written
 */
export async function runExperiment(
  plan: Plan,
  folder: string,
  options: RunOptions,
): Promise<ReadonlyMap<string, Outcome<TrainedRun>>> {
  const place = resolve(folder);
  const around = dirname(plan.store);
  // Two experiments with the same models at the same time would wait for each other's sources.
  const release = await takeLock(join(around, '.run.lock'), around);
  try {
    await removeTemporaries(place);
    options.onEvent?.({ event: 'plan', plan });
    return await trainAll(plan, join(place, indexFileName), options);
  } finally {
    await release();
  }
}

async function trainAll(
  plan: Plan,
  index: string,
  options: RunOptions,
): Promise<ReadonlyMap<string, Outcome<TrainedRun>>> {
  const { jobs = 1, signal = new AbortController().signal } = options;
  const outcomes = new Map<string, Outcome<TrainedRun>>();
  // Finished models are in the index from the start, even if this process ends early.
  for (const { id, folder } of plan.runs) {
    const run = await readRunFile(folder).catch(() => undefined);
    if (run) outcomes.set(id, { state: 'done', result: { run, isReused: true } });
  }
  const writeIndex = oneAtATime(() => writeFileAtomic(index, encodeIndex(plan, outcomes, index)));
  await writeIndex();
  const work = plan.runs.map((run) => ({ id: run.id, needs: run.sources.map(({ id }) => id), item: run }));
  return schedule<PlannedRun, TrainedRun>(work, {
    ...{ jobs, signal },
    run: (run) => trainRun(run, plan, { ...options, jobs, signal }),
    async onOutcome({ id, item }, outcome) {
      if (outcome.state !== 'missing') outcomes.set(id, outcome);
      options.onEvent?.({ event: 'outcome', run: item, outcome });
      await writeIndex();
    },
  });
}

/**
 * Runs writes one at a time, each with the current state. Any number of changes during a write cause one more write.
 */
function oneAtATime(write: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last
      .catch(() => {})
      .then(() => {
        next = undefined;
        return write();
      });
    last = next;
    return next;
  };
}

async function trainRun(
  run: PlannedRun,
  { store, setup }: Plan,
  { command, device, jobs, threads, signal, onEvent }: RunOptions & { jobs: number; signal: AbortSignal },
): Promise<TrainedRun> {
  const there = await readRunFile(run.folder);
  if (there) {
    checkSameSettings(there.settings, run.settings, run.folder);
    return { run: there, isReused: true };
  }
  onEvent?.({ event: 'started', run });
  const share = jobs > 1 ? Math.max(1, Math.floor(availableParallelism() / jobs)) : undefined;
  const folderOf = (id: string): string => join(store, id);
  const place: JobPlace = { folderOf, device, threads: threads ?? share };
  const watch: JobWatch = {
    signal,
    onEvent: (training) => onEvent?.({ event: 'training', run, training }),
    onWarning: (text) => onEvent?.({ event: 'warning', run, text }),
  };
  const job = jobOf(run);
  const failure = await (typeof command === 'function'
    ? command(job, { ...place, ...watch })
    : runJob(jobArguments(job, place), { ...watch, command, config: setup.file }));
  if (failure) throw new FolderError(failure.message);
  const trained = await readRunFile(run.folder);
  if (!trained) throw new FolderError(`${run.folder} holds no run.json after its training`);
  return { run: trained, isReused: false };
}
