import { resolve } from 'node:path';
import type { Method } from '@scalearn/core';
import { checkTasks } from '@scalearn/core/methods';
import { describeTask, taskIds } from '@scalearn/datasets';
import { sentencePooling } from '@scalearn/encoders';
import { type RunFile, readRunFile, type Setup, UsageError } from '@scalearn/experiments';
import {
  checkSamePlaces,
  checkSameSettings,
  checkSources,
  describedMethod,
  doneEvent,
  encoderLayers,
  encoderOf,
  estimateTraining,
  type FoundTask,
  findTask,
  localEncoder,
  OutFolder,
  openStoredModel,
  type PlannedTraining,
  type Reporter,
  runTraining,
  settleOptions,
  shownTask,
  type TrainArguments,
  type TrainingJob,
} from '@scalearn/experiments/runs';
import type { Command } from 'commander';
import { openDevice } from '../devices/open-device.ts';
import type { CheckedCommand } from '../options/checked-command.ts';
import { chooseMethod } from '../options/method-flags.ts';
import { addTrainOptions } from '../options/train-options.ts';
import { createReporter, jsonLine, withReporter } from '../output/reporter.ts';
import { dryRunLines } from '../output/run-text.ts';
import type { Terminal } from '../output/terminal.ts';
import { resume } from '../resume/resume.ts';
import type { GivenArguments } from '../resume/stored-arguments.ts';
import type { CommandContext, Run } from './context.ts';
import { withRankedSources } from './ranked-sources.ts';

export function addTrain(root: CheckedCommand, run: Run, setup: Setup): void {
  const command = root
    .command('train')
    .summary('train an adapter, ScaLearn on trained adapters, or others')
    .description(
      'Trains one adapter (stage 1), or, with --sources, learns to scale trained adapters (stage 2).',
    )
    .action((given: GivenArguments, own: Command) =>
      run(async (context) => {
        const typed = Object.keys(given).filter((name) => own.getOptionValueSource(name) === 'cli');
        await trainOrResume(given, new Set(typed), context);
      }),
    );
  addTrainOptions(command, setup).addHelpText('after', examples);
}

const examples = `
Examples:
  scalearn train --encoder FacebookAI/roberta-base --task glue/rte --data glue --out runs/rte
  scalearn train --encoder FacebookAI/roberta-base --task reviews.csv --out runs/reviews
  scalearn train --encoder FacebookAI/roberta-base --task glue/rte --data glue \\
                 --sources runs/mnli runs/stsb runs/rte --out runs/rte-scalearn
`;

/** Trains. With `--resume`, what the command line does not say comes from the run in the output folder. */
async function trainOrResume(
  given: GivenArguments,
  typed: ReadonlySet<string>,
  context: CommandContext,
): Promise<void> {
  const chosen = await withRankedSources(given, context);
  const resumed = await resume(await withEncoder(chosen), typed, context.setup);
  if ('arguments' in resumed) return train(resumed.arguments, context);
  const { json = false, quiet = false } = given;
  const event = await doneEvent(resumed.finished, given.out);
  await withReporter(context.terminal, { json, quiet }, async (reporter) => reporter.done(event));
}

async function train(given: TrainArguments, { terminal, signal, setup }: CommandContext): Promise<void> {
  const chosen = chooseMethod(given, setup.methods);
  // Checks that are fast come before the data is read.
  const encoderPath = await localEncoder(given.encoder);
  if (!given.resume) await checkSources(given.sources ?? []);
  const found = await findTasks(given);
  const reporter = reporterOf(given, found, terminal);
  const method = describedMethod(chosen, given.sources);
  const infos = found.map(({ info }) => info);
  checkTasks(method, infos);
  if (given.temperature !== undefined && method.kind !== 'joint')
    throw new UsageError('--temperature is for joint methods, which draw tasks; leave it out');
  checkScoring(given, method, found);
  const isOwn = found.every(({ own }) => own !== undefined);
  const pooling =
    isOwn && given.pooling === undefined ? await sentencePooling(given.encoder, { signal }) : undefined;
  const settings = settleOptions(given, method, found, { path: encoderPath, pooling });
  const { families } = setup;
  const plan = {
    ...{ given, chosen, settings, found, families, encoderPath, reporter, signal },
    openDevice: () => openDevice(given.device, reporter.warn, given),
  };
  if (given.dryRun) return await dryRun(plan, terminal);
  await using out = await OutFolder.open(resolve(given.out));
  try {
    const job = { ...plan, out };
    const run = (await checkOut(job)) ?? (await runTraining(job));
    reporter.done(await doneEvent(run, given.out));
  } finally {
    reporter.close();
  }
}

/**
 * Returns the arguments with the encoder of the sources, and as many layers as they use, where none is given.
 *
 * @throws UsageError if the sources do not name one either
 */
async function withEncoder(given: GivenArguments): Promise<GivenArguments> {
  const { encoder, sources = [] } = given;
  if (encoder !== undefined) return given;
  for (const path of sources) {
    const source = await openStoredModel(path);
    if (!source.run && !source.info) continue;
    return {
      ...given,
      encoder: await encoderOf(source, undefined),
      layers: given.layers ?? encoderLayers(source),
    };
  }
  // The run that is resumed may name one.
  if (given.resume) return given;
  throw new UsageError(
    "required option '--encoder <name>' not specified, because the sources do not name one",
  );
}

/** Returns the reporter. Output for people shows the task names that the user gave; output for programs shows ids. */
function reporterOf(
  { json = false, quiet = false }: TrainArguments,
  found: readonly FoundTask[],
  terminal: Terminal,
): Reporter {
  const reporter = createReporter(terminal, { json, quiet });
  if (json) return reporter;
  const names = new Map(found.map((each) => [each.info.id, shownTask(each)]));
  const named = <T extends { readonly task: string }>(each: T): T => {
    // Events of several tasks hold their ids in one text.
    const all = each.task.split(', ').map((id) => names.get(id) ?? id);
    return { ...each, task: all.join(', ') };
  };
  return {
    ...reporter,
    start: (event) => reporter.start(named(event)),
    epoch: (event) => reporter.epoch({ ...event, ...(event.tasks && { tasks: event.tasks.map(named) }) }),
    done: (event) =>
      reporter.done({ ...named(event), ...(event.tasks && { tasks: event.tasks.map(named) }) }),
  };
}

/** Finds the task, or the tasks of a joint method. */
async function findTasks({ task, tasks, data, ...given }: TrainArguments): Promise<FoundTask[]> {
  const names = tasks ?? (task === undefined ? [] : [task]);
  const found: FoundTask[] = [];
  for (const each of names) {
    // With several tasks, the data folder is for those that read files.
    const writesItself = names.length > 1 && taskIds.includes(each) && !describeTask(each).files;
    found.push(await findTask({ ...given, task: each, data: writesItself ? undefined : data }));
  }
  return found;
}

/** Estimates a training and shows the estimate. */
async function dryRun(plan: PlannedTraining, terminal: Terminal): Promise<void> {
  const { given, found, reporter } = plan;
  try {
    const event = await estimateTraining(plan);
    reporter.close();
    if (given.json) jsonLine(terminal, event);
    else terminal.out(dryRunLines({ ...event, task: found.map(shownTask).join(', ') }));
  } finally {
    reporter.close();
  }
}

/** Checks the options that decide how a model is scored. @throws UsageError for those that do not fit the task */
function checkScoring(
  { threshold, folds }: TrainArguments,
  { kind }: Method,
  found: readonly FoundTask[],
): void {
  if (threshold !== undefined && !found.some(({ info }) => info.problem === 'multiLabelClassification'))
    throw new UsageError(
      '--threshold is for multi-label tasks; of other tasks the most probable class is predicted; leave it out',
    );
  if (folds === undefined) return;
  const [only] = found;
  const { train, test } = only?.own?.layout.splits ?? {};
  if (kind === 'joint' || !train || !test || train.file !== test.file)
    throw new UsageError(
      '--folds divides the rows of one file of your own; this task has test rows of its own, so leave --folds out',
    );
}

/** Checks the output folder. @returns the finished run, if the run to resume is already finished */
async function checkOut(job: TrainingJob): Promise<RunFile | undefined> {
  const { given, settings, found, families, out, reporter, signal } = job;
  const { out: name, resume, overwrite } = given;
  switch (await out.state()) {
    case 'nothing':
      if (resume) reporter.note(`there is nothing to resume in ${name}; training begins`);
      return undefined;
    case 'other':
      throw new UsageError(`${name} is not empty and holds no run of scalearn; choose another --out`);
    case 'unfinished':
      if (resume || overwrite) return undefined;
      throw new UsageError(
        `${name} holds an unfinished run; continue it with --resume, or start again with --overwrite`,
      );
    case 'finished': {
      if (overwrite) return undefined;
      if (!resume)
        throw new UsageError(
          `${name} already holds a finished run; choose another --out, or replace it with --overwrite`,
        );
      const run = await readRunFile(out.path);
      if (!run) return undefined;
      checkSameSettings(run.settings, settings, name);
      await checkSamePlaces(run, { asked: settings, families, signal }, found, name);
      return run;
    }
  }
}
