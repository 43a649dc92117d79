import { UsageError } from '@scalearn/experiments';
import { withCorrectedSeconds } from '../cluster/jobs.ts';
import { openPlaces, queueOption, slurmOption, storeOption } from '../cluster/places.ts';
import { statusOf } from '../cluster/status.ts';
import { experimentName, storedPlan } from '../cluster/stored-experiments.ts';
import { submissionText } from '../cluster/submit.ts';
import type { CheckedCommand } from '../options/checked-command.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface RetryArguments {
  readonly store: string;
  readonly queue?: string;
  readonly slurm?: boolean;
  readonly failed?: boolean;
  readonly json?: boolean;
}

export function addRetry(root: CheckedCommand, run: Run): void {
  root
    .command('retry')
    .summary('try models of an experiment again that failed')
    .description(
      'Submits models again that failed or were cancelled, with those that were cancelled because of them.',
    )
    .argument('<experiment>', 'the experiment file, or its name in the store')
    .argument('[key...]', 'models, as scalearn status names them')
    .needs('queue', { or: 'slurm' })
    .addOption(storeOption().makeOptionMandatory())
    .addOption(queueOption())
    .addOption(slurmOption())
    .option('--failed', 'all that failed or were cancelled')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((file: string, keys: string[], given: RetryArguments) =>
      run((context) => retry(file, keys, given, context)),
    );
}

const examples = `
Example:
  scalearn retry experiments/glue.yaml --store /mnt/runs --queue postgres://me@db/runs --failed
`;

async function retry(
  file: string,
  keys: readonly string[],
  given: RetryArguments,
  { terminal, signal }: CommandContext,
): Promise<void> {
  if (keys.length > 0 === (given.failed === true))
    throw new UsageError('name the models to try again, or give --failed for all that failed');
  const plan = experimentName(file);
  await using places = await openPlaces(given, { plan, signal });
  const { cluster, store, scheduler } = places;
  const { jobs } = await storedPlan(store, plan);
  const stopped = given.failed ? await statusOf(jobs, cluster, store, scheduler) : [];
  const chosen = stopped.flatMap(({ key, state }) =>
    state === 'failed' || state === 'cancelled' ? [key] : [],
  );
  const corrected = await withCorrectedSeconds(jobs, store, cluster);
  const submission = await cluster.retryJobs(store, scheduler, corrected, [...keys, ...chosen]);
  if (given.json) jsonLine(terminal, { event: 'done', ...submission });
  else terminal.out(`${oneLine(submissionText(submission, scheduler.where))}\n`);
}
