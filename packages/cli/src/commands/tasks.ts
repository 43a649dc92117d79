import { type Benchmark, benchmarks, describeTask, type TaskInfo, taskIds } from '@scalearn/datasets';
import type { Command } from 'commander';
import type { TasksEvent } from '../output/events.ts';
import { count, table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import type { CommandContext, Run } from './context.ts';

export function addTasks(root: Command, run: Run): void {
  root
    .command('tasks')
    .summary('list the tasks, and where their data comes from')
    .description('Lists the tasks that come with the tool: benchmark, rows, metric, source of the data.')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: { readonly json?: boolean }) => run((context) => tasks(given, context)));
}

const examples = `
Examples:
  scalearn tasks
  scalearn train --encoder FacebookAI/roberta-base --task superglue/copa --out runs/copa
`;

/** Runs `scalearn tasks`: lists the tasks that need no data from the user. */
async function tasks({ json }: { readonly json?: boolean }, { terminal }: CommandContext): Promise<void> {
  const groups = benchmarks.map((benchmark) => ({
    benchmark,
    tasks: taskIds.filter((id) => id.startsWith(`${benchmark.id}/`)).map(describeTask),
  }));
  if (!json) return terminal.out(tasksText(groups));
  const event: TasksEvent = {
    event: 'done',
    tasks: groups.flatMap(({ benchmark, tasks }) => tasks.map((info) => taskEvent(benchmark, info))),
  };
  jsonLine(terminal, event);
}

function taskEvent({ name: benchmark, page, terms }: Benchmark, info: TaskInfo): TasksEvent['tasks'][number] {
  const { id, name, problem, labels, officialRows: rows, metrics, primaryMetric, maxLength, hub } = info;
  return {
    ...{ task: id, name, benchmark, problem, labels, maxLength, metrics, primaryMetric },
    rows: { train: rows?.train ?? null, validation: rows?.validation ?? null, test: rows?.test ?? null },
    source: { page: page ?? null, hub: hub?.repository ?? null },
    terms,
  };
}

/** A benchmark with its tasks. */
export interface TaskGroup {
  readonly benchmark: Benchmark;
  readonly tasks: readonly TaskInfo[];
}

/** Formats one table for each benchmark, below the source of its data. */
function tasksText(groups: readonly TaskGroup[]): string {
  return groups.map((group) => `${heading(group)}\n\n${taskTable(group.tasks)}`).join('\n');
}

function heading({ benchmark: { name, page, terms }, tasks }: TaskGroup): string {
  const repository = tasks[0]?.hub?.repository;
  const sources = [
    ...(repository === undefined ? [] : [`${repository} on the hub`]),
    ...(page === undefined ? [] : [`files of ${page}`]),
  ];
  return `${name}: ${sources.join(', or ') || 'written by the tool itself'}; terms: ${terms}`;
}

function taskTable(tasks: readonly TaskInfo[]): string {
  const header = ['task', 'name', 'what is predicted', 'train', 'validation', 'test', 'metric'];
  const rows = tasks.map(({ id, name, officialRows, primaryMetric, ...info }) => [
    ...[id, name, predicted(info)],
    figure(officialRows?.train),
    officialRows?.validation === undefined ? '10 %' : figure(officialRows.validation),
    figure(officialRows?.test),
    primaryMetric,
  ]);
  return table([header, ...rows], [0, 1, 2, 6]);
}

const figure = (rows: number | undefined): string => (rows === undefined ? '-' : count(rows));

function predicted({
  problem,
  labels,
  ranksCandidates,
}: Pick<TaskInfo, 'problem' | 'labels' | 'ranksCandidates'>): string {
  if (ranksCandidates) return 'the best candidate';
  switch (problem) {
    case 'regression':
      return 'a score';
    case 'multipleChoice':
      return `one of ${labels?.length} texts`;
    case 'multiLabelClassification':
      return `any of ${labels?.length} labels`;
    case 'singleLabelClassification':
      return `one of ${labels?.length} classes`;
  }
}
