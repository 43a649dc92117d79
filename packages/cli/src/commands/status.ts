import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { expectedSeconds } from '../cluster/jobs.ts';
import { loadCluster } from '../cluster/load.ts';
import { openPlaces, queueOption, slurmOption, storeOption } from '../cluster/places.ts';
import { statusOf, trainingLeft } from '../cluster/status.ts';
import { experimentName, storedPlan } from '../cluster/stored-experiments.ts';
import { jsonLine } from '../output/reporter.ts';
import { countStates, statusText } from '../output/status-text.ts';
import type { CommandContext, Run } from './context.ts';

interface StatusArguments {
  readonly store: string;
  readonly queue?: string;
  readonly slurm?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Milliseconds between two tables of `--watch`. */
const interval = 10_000;

export function addStatus(root: Command, run: Run): void {
  root
    .command('status')
    .summary('show what becomes of an experiment on many machines')
    .description('Shows how many models of an experiment are done, what runs where, and what failed why.')
    .argument('<experiment>', 'the experiment file, or its name in the store (with --fast, NAME-fast)')
    .addOption(storeOption().makeOptionMandatory())
    .addOption(queueOption())
    .addOption(slurmOption())
    .option('--watch', 'show it again every 10 seconds, until nothing runs or waits')
    .option('--json', 'one JSON object per line on standard output')
    .addHelpText('after', examples)
    .action((file: string, given: StatusArguments) => run((context) => status(file, given, context)));
}

const examples = `
Examples:
  scalearn status experiments/glue.yaml --store s3://runs/paper
  scalearn status experiments/glue.yaml --store /mnt/runs --queue postgres://me@db/runs --watch
`;

async function status(
  file: string,
  given: StatusArguments,
  { terminal, signal }: CommandContext,
): Promise<void> {
  const { store: place, queue, slurm, watch, json } = given;
  const plan = experimentName(file);
  await using places = queue === undefined && !slurm ? undefined : await openPlaces(given, { plan, signal });
  const cluster = await loadCluster();
  const store = places?.store ?? (await cluster.openStore(place, { patience: { signal } }));
  for (;;) {
    signal.throwIfAborted();
    const { jobs } = await storedPlan(store, plan);
    const all = await statusOf(jobs, cluster, store, places?.scheduler);
    const now = Date.now();
    const left = trainingLeft(all, await expectedSeconds(jobs, store, cluster), now);
    if (json)
      jsonLine(terminal, { event: 'status', experiment: plan, counts: countStates(all), left, jobs: all });
    else terminal.out(statusText(all, now, left));
    const goesOn = all.some(({ state }) => state === 'running' || state === 'waiting');
    if (!watch || !goesOn) return;
    await setTimeout(interval, undefined, { signal }).catch(() => {});
  }
}
