import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { AloneOptions, ResultStore, WorkEvent } from '@scalearn/cluster';
import type { DeviceChoice } from '@scalearn/core';
import { deviceChoices } from '@scalearn/core/graph';
import { StoppedError } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { Option } from 'commander';
import { type Cluster, loadCluster } from '../cluster/load.ts';
import { openQueue, queueOption, storeOption } from '../cluster/places.ts';
import { storedJobs } from '../cluster/stored-experiments.ts';
import { verifiedTraining } from '../cluster/training.ts';
import { Verifier } from '../cluster/verify.ts';
import { openDevice } from '../devices/open-device.ts';
import type { CheckedCommand } from '../options/checked-command.ts';
import { listOption, pathOption, wholeNumber } from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface WorkArguments {
  readonly queue?: string;
  readonly key?: string;
  readonly store: string;
  readonly jobs: number;
  readonly untilEmpty?: boolean;
  readonly data?: string;
  readonly encoder?: readonly string[];
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addWork(root: CheckedCommand, run: Run): void {
  root
    .command('work')
    .summary('train models of experiments that run on many machines')
    .description(
      'Takes jobs of a queue, trains them, and stores the results, until it is stopped. Start it on each machine. With --key it trains one model.',
    )
    .needs('queue', { or: 'key' })
    .addOption(queueOption())
    .addOption(
      pathOption('--key <key>', 'train this model only, without a queue, as tasks of Slurm do').conflicts([
        ...['queue', 'jobs', 'untilEmpty'],
      ]),
    )
    .addOption(storeOption().makeOptionMandatory())
    .addOption(new Option('--jobs <n>', 'models trained side by side').argParser(wholeNumber(1)).default(1))
    .option('--until-empty', 'end when no job is left')
    .addOption(
      pathOption('--data <dir>', 'folder of the data on this machine (default: the one that jobs name)'),
    )
    .addOption(
      listOption('--encoder <name...>', 'encoders of this machine, in place of those that jobs name'),
    )
    .addOption(trainOption('device'))
    .addOption(trainOption('threads'))
    .option('--json', 'one JSON object per line on standard output')
    .addHelpText('after', examples)
    .action((given: WorkArguments) => run((context) => doWork(given, context)));
}

const examples = `
Examples:
  scalearn work --queue postgres://me@db/runs --store s3://runs/paper
  scalearn work --queue postgres://me@db/runs --store /mnt/runs --until-empty
`;

async function doWork(given: WorkArguments, { terminal, signal, setup }: CommandContext): Promise<void> {
  const { json = false, data, encoder: encoders = [], threads = slurmThreads() } = given;
  const say = (text: string): void => {
    if (!json) terminal.err(`${oneLine(text)}\n`);
  };
  const device = await deviceOf({ ...given, threads }, (text) => say(`warning: ${text}`));
  const cluster = await loadCluster();
  const own = { encoders, ...(data !== undefined && { data: resolve(data) }) };
  const counts = { trained: 0, failed: 0 };
  // Only the opening ends at the signal: what runs is saved and handed back after it.
  const store = await cluster.openStore(given.store, { signal });
  const how = {
    ...{ store, deviceKind: device, signal },
    train: verifiedTraining(cluster, new Verifier(setup, own, signal), { device, threads, setup }),
    onEvent(event: WorkEvent) {
      if (event.event === 'commit') counts.trained++;
      if (event.event === 'failed') counts.failed++;
      if (json) jsonLine(terminal, event);
      else say(workLine(event));
    },
  };
  const { key, queue } = given;
  if (key !== undefined) await workOnKey(cluster, key, how);
  else if (queue !== undefined) await workOnQueue(cluster, { ...given, queue }, { ...how, say });
  if (json) jsonLine(terminal, { event: 'done', ...counts });
  else terminal.out(`${counted(counts.trained, 'model')} trained, ${counts.failed} failed\n`);
}

async function workOnQueue(
  cluster: Cluster,
  { queue: url, jobs, untilEmpty }: WorkArguments & { readonly queue: string },
  how: AloneOptions & { say(text: string): void },
): Promise<void> {
  const queue = await openQueue(cluster, url, { signal: how.signal });
  try {
    how.say(`working on ${how.deviceKind} for ${queue.where}, results in ${how.store.where}`);
    await cluster.work({ ...how, queue, jobs, untilEmpty });
  } finally {
    await queue.close();
  }
}

/** Trains one model. @throws StoppedError if a later call must go on; JobError if it failed */
async function workOnKey(cluster: Cluster, key: string, how: AloneOptions): Promise<void> {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task } = process.env;
  const worker = array === undefined ? undefined : `${hostname()}-slurm-${array}_${task}`;
  const end = await cluster.workAlone(key, await storedJobs(how.store), { ...how, worker });
  if (end === 'unfinished') throw new StoppedError(`${key} is not finished; the same command continues.`);
  if (end !== 'done') throw new cluster.JobError(`${key}: ${await whyNot(how.store, key, end)}`);
}

async function whyNot({ marks }: ResultStore, key: string, end: string): Promise<string> {
  return (await marks.get(key))?.reason ?? end;
}

/** CPUs of a task of Slurm; undefined outside one. */
function slurmThreads(): number | undefined {
  const { SLURM_ARRAY_TASK_ID: task, SLURM_CPUS_ON_NODE: cpus } = process.env;
  return task !== undefined && cpus !== undefined && /^[1-9]\d*$/.test(cpus) ? Number(cpus) : undefined;
}

/** Opens the device once, so that a machine without it takes no jobs. @returns its kind */
async function deviceOf(
  { device, threads }: WorkArguments,
  onWarning: (text: string) => void,
): Promise<DeviceChoice> {
  await using opened = await openDevice(device, onWarning, { threads });
  return deviceChoices.find((kind) => kind === opened.kind) ?? 'auto';
}

/** Describes what happened in a worker in one line. */
function workLine(event: WorkEvent): string {
  if (event.event === 'other-version')
    return `warning: jobs wait for workers whose numerics have version ${event.numerics}; install that version of scalearn on one`;
  return `${event.key}: ${whatHappened(event)}`;
}

function whatHappened(event: Exclude<WorkEvent, { event: 'other-version' }>): string {
  switch (event.event) {
    case 'start':
      return event.resumed === undefined ? 'training' : 'training, from the last checkpoint';
    case 'known':
      return 'there already';
    case 'commit':
      return event.isFirst ? 'done' : 'done, after another worker';
    case 'different':
      return `warning: the result differs from that of ${event.other} on the same kind of device, in ${event.files.join(', ')}; please report this`;
    case 'hand-back':
      return `handed back: ${event.reason}`;
    case 'lost':
      return 'given to another worker, or cancelled';
    case 'died':
      return `died, and is tried again: ${event.reason}`;
    case 'failed': {
      const { cancelled } = event;
      const below = cancelled.length === 0 ? '' : `; cancelled because of it: ${cancelled.join(', ')}`;
      return `failed: ${event.reason}${below}`;
    }
    case 'warning':
      return `warning: ${event.reason}`;
  }
}
