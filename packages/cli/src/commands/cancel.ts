import { hostname } from 'node:os';
import { UsageError } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import type { Command } from 'commander';
import { openPlaces, queueOption, storeOption } from '../cluster/places.ts';
import { experimentName, storedPlan } from '../cluster/stored-plan.ts';
import { jsonLine } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

interface CancelArguments {
  readonly store: string;
  readonly queue: string;
  readonly json?: boolean;
}

export function addCancel(root: Command, run: Run): void {
  root
    .command('cancel')
    .summary('take models of an experiment out of the queue')
    .description(
      'Cancels the models of an experiment that are not done, or some of them with those that need them. Results stay.',
    )
    .argument('<experiment>', 'the experiment file, or its name in the store')
    .argument('[key...]', 'models, as scalearn status names them (default: all)')
    .addOption(storeOption().makeOptionMandatory())
    .addOption(queueOption().makeOptionMandatory())
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((file: string, keys: string[], given: CancelArguments) =>
      run((context) => cancel(file, keys, given, context)),
    );
}

const examples = `
Example:
  scalearn cancel experiments/glue.yaml --store /mnt/runs --queue postgres://me@db/runs
`;

async function cancel(
  file: string,
  keys: readonly string[],
  given: CancelArguments,
  { terminal, signal }: CommandContext,
): Promise<void> {
  await using places = await openPlaces(given, signal);
  const { cluster, store, queue } = places;
  const name = experimentName(file);
  const { jobs } = await storedPlan(store, name);
  const all = jobs.map(({ key }) => key);
  const unknown = keys.find((key) => !all.includes(key));
  if (unknown !== undefined)
    throw new UsageError(`${name} has no model ${unknown}; scalearn status --json lists them`);
  const chosen = keys.length > 0 ? keys : all;
  const cancelled = await cluster.cancelJobs(store, queue, chosen, `scalearn cancel on ${hostname()}`);
  if (given.json) jsonLine(terminal, { event: 'done', cancelled });
  else terminal.out(`${counted(cancelled.length, 'model')} cancelled\n`);
}
