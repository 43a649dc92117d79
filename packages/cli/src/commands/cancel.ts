import { hostname } from 'node:os';
import { UsageError } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { openPlaces, queueOption, slurmOption, storeOption } from '../cluster/places.ts';
import { experimentName, storedPlan } from '../cluster/stored-experiments.ts';
import type { CheckedCommand } from '../options/checked-command.ts';
import { jsonLine } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

interface CancelArguments {
  readonly store: string;
  readonly queue?: string;
  readonly slurm?: boolean;
  readonly json?: boolean;
}

export function addCancel(root: CheckedCommand, run: Run): void {
  root
    .command('cancel')
    .summary('cancel models of an experiment on many machines')
    .description(
      'Cancels the models of an experiment that are not done, or some of them with those that need them. Results stay.',
    )
    .argument('<experiment>', 'the experiment file, or its name in the store')
    .argument('[key...]', 'models, as scalearn status names them (default: all)')
    .needs('queue', { or: 'slurm' })
    .addOption(storeOption().makeOptionMandatory())
    .addOption(queueOption())
    .addOption(slurmOption())
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
  const name = experimentName(file);
  await using places = await openPlaces(given, { plan: name, signal });
  const { cluster, store, scheduler } = places;
  const { jobs } = await storedPlan(store, name);
  const all = jobs.map(({ key }) => key);
  const unknown = keys.find((key) => !all.includes(key));
  if (unknown !== undefined)
    throw new UsageError(`${name} has no model ${unknown}; scalearn status --json lists them`);
  const chosen = keys.length > 0 ? keys : all;
  const cancelled = await cluster.cancelJobs(store, scheduler, chosen, `scalearn cancel on ${hostname()}`);
  if (given.json) jsonLine(terminal, { event: 'done', cancelled });
  else terminal.out(`${counted(cancelled.length, 'model')} cancelled\n`);
}
