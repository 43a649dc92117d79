import { resolve } from 'node:path';
import type { WorkEvent } from '@scalearn/cluster';
import type { DeviceChoice } from '@scalearn/core';
import { deviceChoices } from '@scalearn/core/graph';
import { counted } from '@scalearn/experiments/runs';
import { type Command, Option } from 'commander';
import { openPlaces, queueOption, storeOption } from '../cluster/places.ts';
import { verifiedTraining } from '../cluster/training.ts';
import { Verifier } from '../cluster/verify.ts';
import { workLine } from '../cluster/work-text.ts';
import { openDevice } from '../devices/open-device.ts';
import { listOption, pathOption, wholeNumber } from '../options/command-line.ts';
import { trainOption } from '../options/train-options.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface WorkArguments {
  readonly queue: string;
  readonly store: string;
  readonly jobs: number;
  readonly untilEmpty?: boolean;
  readonly data?: string;
  readonly encoder?: readonly string[];
  readonly device?: DeviceChoice;
  readonly threads?: number;
  readonly json?: boolean;
}

export function addWork(root: Command, run: Run): void {
  root
    .command('work')
    .summary('train models of experiments that run on many machines')
    .description(
      'Takes jobs of a queue, trains them, and stores the results, until it is stopped. Start it on each machine.',
    )
    .addOption(queueOption().makeOptionMandatory())
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
  const { json = false, jobs, untilEmpty, data, encoder: encoders = [], threads } = given;
  const say = (text: string): void => {
    if (!json) terminal.err(`${oneLine(text)}\n`);
  };
  const device = await deviceOf(given, (text) => say(`warning: ${text}`));
  // Without a signal: what runs is saved and handed back after it.
  await using places = await openPlaces(given);
  const { cluster, store, queue } = places;
  say(`working on ${device} for ${queue.where}, results in ${store.where}`);
  const own = { encoders, ...(data !== undefined && { data: resolve(data) }) };
  const counts = { trained: 0, failed: 0 };
  await cluster.work({
    ...{ queue, store, deviceKind: device, jobs, signal, untilEmpty },
    train: verifiedTraining(cluster, new Verifier(setup, own, signal), { device, threads, setup }),
    onEvent(event: WorkEvent) {
      if (event.event === 'commit') counts.trained++;
      if (event.event === 'failed') counts.failed++;
      if (json) jsonLine(terminal, event);
      else say(workLine(event));
    },
  });
  if (json) jsonLine(terminal, { event: 'done', ...counts });
  else terminal.out(`${counted(counts.trained, 'model')} trained, ${counts.failed} failed\n`);
}

/** Opens the device once, so that a machine without it takes no jobs. @returns its kind */
async function deviceOf(
  { device, threads }: WorkArguments,
  onWarning: (text: string) => void,
): Promise<DeviceChoice> {
  await using opened = await openDevice(device, onWarning, { threads });
  return deviceChoices.find((kind) => kind === opened.kind) ?? 'auto';
}
