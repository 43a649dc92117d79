import type { DeviceChoice } from '@scalearn/core';
import { FolderError } from '../errors.ts';
import { readRunFile } from '../folders/run-json.ts';
import { writeFileAtomic } from '../folders/write-file.ts';
import { checkSameSettings } from '../model/settings.ts';
import { encodeIndex } from './index-file.ts';
import { runJob } from './job.ts';
import type { Plan, PlannedRun } from './plan.ts';
import type { ExperimentReporter, TrainedRun } from './reporter.ts';
import { type Outcome, schedule } from './schedule.ts';

export interface RunOptions {
  /** Number of models to train at the same time. */
  readonly jobs: number;
  readonly device?: DeviceChoice | undefined;
  /** CPU threads of each training. */
  readonly threads?: number | undefined;
  /** Absolute path of the configuration file with methods and defaults. */
  readonly config?: string | undefined;
  readonly signal: AbortSignal;
  readonly reporter: Pick<ExperimentReporter, 'started' | 'event' | 'warned' | 'outcome'>;
}

/**
 * Trains the models that are not trained yet. The index is written after each model, so that it is correct whenever the
 * process ends.
 *
 * @param index path of `experiment.json`
 */
export async function runExperiment(
  plan: Plan,
  index: string,
  options: RunOptions,
): Promise<Map<string, Outcome<TrainedRun>>> {
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
    ...{ jobs: options.jobs, signal: options.signal },
    run: (run) => trainRun(run, options),
    async onOutcome({ id, item }, outcome) {
      if (outcome.state !== 'missing') outcomes.set(id, outcome);
      options.reporter.outcome(item, outcome);
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
  { device, threads, config, signal, reporter }: RunOptions,
): Promise<TrainedRun> {
  const there = await readRunFile(run.folder);
  if (there) {
    checkSameSettings(there.settings, run.settings, run.folder);
    return { run: there, isReused: true };
  }
  reporter.started(run);
  const args = [
    ...run.arguments,
    ...['--out', run.folder, '--resume', '--json'],
    ...(device === undefined ? [] : ['--device', device]),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
  ];
  const failure = await runJob(args, {
    ...{ signal, config },
    onEvent: (event) => reporter.event(run, event),
    onWarning: (text) => reporter.warned(run, text),
  });
  if (failure) throw new FolderError(failure.message);
  const trained = await readRunFile(run.folder);
  if (!trained) throw new FolderError(`${run.folder} holds no run.json after its training`);
  return { run: trained, isReused: false };
}
