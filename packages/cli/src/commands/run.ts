import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { type DeviceChoice, ScalearnError } from '@scalearn/core';
import { deviceChoices } from '@scalearn/core/graph';
import {
  type Estimate,
  type ExperimentEvent,
  estimateExperiment,
  type Plan,
  type PlanEstimate,
  planExperiment,
  readExperiment,
  runExperiment,
  StoppedError,
  UsageError,
} from '@scalearn/experiments';
import { count } from '@scalearn/experiments/runs';
import { type Command, Option } from 'commander';
import { followExperiment } from '../cluster/follow.ts';
import { openPlaces, type Places, queueOption, slurmOption, storeOption } from '../cluster/places.ts';
import { slurmLaunch } from '../cluster/slurm.ts';
import { submissionText, submitExperiment } from '../cluster/submit.ts';
import { openDevice } from '../devices/open-device.ts';
import { choiceOption, notEmpty, pathOption, wholeNumber } from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import { experimentReporter } from '../output/experiment-reporter.ts';
import { clock, table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import { trainCommand } from '../version.ts';
import type { CommandContext, Run } from './context.ts';

/** Some runs of an experiment failed and others did not: exit code 1. */
class RunsFailedError extends ScalearnError {
  override name = 'RunsFailedError';
}

interface RunArguments {
  readonly queue?: string;
  readonly slurm?: boolean;
  readonly sbatch?: string;
  readonly store?: string;
  readonly detach?: boolean;
  readonly deviceKind?: DeviceChoice;
  readonly overwrite?: boolean;
  readonly out: string;
  readonly encoder?: readonly string[];
  readonly data?: string;
  readonly tasks?: readonly string[];
  readonly methods?: readonly string[];
  readonly seeds?: readonly number[];
  readonly fast?: boolean;
  readonly jobs: number;
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addRun(root: Command, run: Run): void {
  const several = <T>(flags: string, text: string, parse: (text: string) => T): Option =>
    new Option(flags, text).argParser((value: string, before: readonly T[] | undefined) => [
      ...(before ?? []),
      parse(value),
    ]);
  root
    .command('run')
    .summary('train all models of an experiment')
    .description(
      'Trains the models of an experiment file: encoders, tasks, methods, seeds. Finished models are not trained again, and interrupted ones continue.',
    )
    .argument('<experiment>', 'a YAML file, such as experiments/main-table-mini.yaml')
    .addOption(pathOption('--out <dir>', 'folder of all runs').default('runs'))
    .addOption(several('--encoder <name...>', "other encoders than the file's", notEmpty))
    .addOption(pathOption('--data <dir>', "another folder of the data than the file's"))
    .addOption(several('--tasks <task...>', 'these tasks only', notEmpty))
    .addOption(several('--methods <entry...>', "these of the file's methods only", notEmpty))
    .addOption(several('--seeds <n...>', 'these seeds only', wholeNumber(0)))
    .option('--fast', "less of everything, as the file's part 'fast' says")
    .addOption(new Option('--jobs <n>', 'models trained side by side').argParser(wholeNumber(1)).default(1))
    .addOption(trainOption('device'))
    .addOption(
      new Option('--threads <n>', 'of the CPU, for each model (default: all, divided by the jobs)').argParser(
        wholeNumber(1),
      ),
    )
    .addOption(queueOption().conflicts(['jobs', 'device', 'threads', 'dryRun']))
    .addOption(slurmOption().conflicts(['queue', 'jobs', 'dryRun']))
    .addOption(
      pathOption(
        '--sbatch <options>',
        'with --slurm: options for sbatch, such as "--partition=gpu --gres=gpu:1"',
      ),
    )
    .addOption(storeOption())
    .addOption(
      choiceOption(
        '--device-kind <kind>',
        'with --queue: only workers with this kind of device',
        deviceChoices.filter((kind) => kind !== 'auto'),
      ).conflicts('slurm'),
    )
    .option('--overwrite', 'with --store: take the place of another experiment of this name')
    .option('--detach', 'with --queue or --slurm: end when all jobs are submitted')
    .option('--dry-run', 'show what would be trained, and how long it might take')
    .option('--json', 'one JSON object per line on standard output')
    .addHelpText('after', examples)
    .action((file: string, given: RunArguments) => run((context) => runFile(file, given, context)));
}

const examples = `
Examples:
  scalearn run experiments/main-table-mini.yaml --fast
  scalearn run experiments/glue.yaml --data glue --dry-run
  scalearn run experiments/glue.yaml --queue postgres://me@db/runs --store s3://runs/paper
  scalearn run experiments/glue.yaml --slurm --sbatch "-p gpu -G 1" --store /shared/runs
  scalearn report runs/main-table-mini-fast --out report.html
`;

async function runFile(file: string, given: RunArguments, context: CommandContext): Promise<void> {
  const { terminal, signal, setup } = context;
  const { encoder, out, jobs, device, threads } = given;
  checkPlaces(given);
  const overrides = { ...given, ...(encoder && { encoders: encoder }) };
  const experiment = await readExperiment(file, overrides, setup);
  if (!given.json) terminal.err(`planning ${oneLine(experiment.title)}\n`);
  const store = resolve(out);
  const plan = await planExperiment(experiment, join(store, 'models'), { setup, signal });
  if (given.dryRun) return dryRun(plan, given, context);
  signal.throwIfAborted();
  const folder = join(out, experiment.name);
  await using places = await placesOf(given, experiment.name, context);
  if (places) {
    const submission = await submitExperiment(plan, places, { ...given, signal });
    if (given.json) jsonLine(terminal, { event: 'submitted', ...submission });
    else terminal.err(`${submissionText(submission, places.scheduler.where)}\n`);
    if (given.detach) return;
  }
  const reporter = experimentReporter(terminal, plan, { json: given.json === true, folder });
  const show = (event: ExperimentEvent): void => reporter.show(event);
  try {
    if (places) await followExperiment(plan, folder, { ...places, signal, onEvent: show });
    else
      await runExperiment(plan, folder, {
        ...{ command: trainCommand(), jobs, device, threads, signal, onEvent: show },
      });
    reporter.close();
    const { failed, missing } = reporter.counts();
    const go = places ? 'they stay queued, and the same command follows them' : 'the same command continues';
    if (signal.aborted && missing > 0)
      throw new StoppedError(`Interrupted with ${missing} models to go; ${go}.`);
    if (failed > 0)
      throw new RunsFailedError(
        `${failed} of ${plan.runs.length} models could not be trained; the others are in ${out}. Correct the errors above; the same command trains the missing models.`,
      );
    reporter.done();
  } finally {
    reporter.close();
  }
}

/** Checks which options for many machines are given together. @throws UsageError */
function checkPlaces(given: RunArguments): void {
  const { queue, slurm, sbatch, store, detach, deviceKind, overwrite } = given;
  const scheduler = queue !== undefined ? '--queue' : slurm ? '--slurm' : undefined;
  if (sbatch !== undefined && !slurm)
    throw new UsageError('--sbatch gives options to Slurm; give --slurm too, or leave it out');
  if (scheduler === undefined && store !== undefined)
    throw new UsageError('--store is for many machines; give --queue or --slurm too, or leave out --store');
  if (scheduler !== undefined && store === undefined)
    throw new UsageError(`${scheduler} and --store belong together; give --store too`);
  if (deviceKind !== undefined && queue === undefined)
    throw new UsageError('--device-kind chooses workers; give --queue too, or --device for this machine');
  if (overwrite && store === undefined)
    throw new UsageError('--overwrite is for the plan in a store; give --store too, or leave it out');
  if (detach && scheduler === undefined)
    throw new UsageError('--detach leaves the jobs to others; give --queue or --slurm, and --store');
}

/** Opens the store and the scheduler of many machines; undefined if this one trains. */
async function placesOf(
  { store, queue, slurm, sbatch, device, threads }: RunArguments,
  plan: string,
  { signal, setup }: CommandContext,
): Promise<Places | undefined> {
  if (store === undefined) return undefined;
  const launch = slurmLaunch({ store, setup, device, threads, sbatch });
  return openPlaces({ store, queue, slurm }, { plan, launch, signal });
}

async function dryRun(plan: Plan, given: RunArguments, { terminal, signal }: CommandContext): Promise<void> {
  const note = (text: string): void => {
    if (!given.json) terminal.err(`${oneLine(text)}\n`);
  };
  await using device = await openDevice(given.device, (text) => note(`warning: ${text}`));
  const estimate = await estimateExperiment(plan, { device, signal, onNote: note });
  if (given.json) jsonLine(terminal, { event: 'done', ...estimate });
  else terminal.out(planText(plan, estimate, given.jobs));
}

/** Describes what an experiment would train. */
function planText({ experiment: { title } }: Plan, estimate: PlanEstimate, jobs: number): string {
  const header = ['entry', 'models', 'there already', 'parameters', 'tokens', 'TFLOP', 'time'];
  const line = (name: string, each: Estimate): string[] => [
    ...[name, count(each.models), count(each.finished)],
    [...new Set(each.parameters)].map(count).join(' to '),
    ...[count(each.tokens), (each.flops / 1e12).toPrecision(2), clock(each.seconds)],
  ];
  const rows = estimate.entries.map((each) => line(each.entry, each));
  const together =
    jobs === 1 ? '' : `, with ${jobs} jobs on ${availableParallelism()} cores up to ${jobs} times as fast`;
  return `${oneLine(title)}\n\n${table([header, ...rows, line('all', estimate)])}\nParameters are those of a model, without heads. Time is for ${estimate.device}, if no epoch is left out: ${clock(estimate.seconds)} one after the other${together}.\n`;
}
