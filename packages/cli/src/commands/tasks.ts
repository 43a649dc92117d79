import { type Benchmark, benchmarks, describeTask, type TaskInfo, taskIds } from '@scalearn/datasets';
import { count } from '@scalearn/experiments/runs';
import type { Command } from 'commander';
import { table } from '../output/format.ts';
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

async function tasks({ json }: { readonly json?: boolean }, { terminal }: CommandContext): Promise<void> {
  const groups = benchmarks.map((benchmark) => ({
    benchmark,
    tasks: taskIds.filter((id) => id.startsWith(`${benchmark.id}/`)).map(describeTask),
  }));
  if (!json) return terminal.out(groups.map(groupText).join('\n'));
  const all = groups.flatMap(({ benchmark, tasks }) => tasks.map((info) => taskEvent(benchmark, info)));
  jsonLine(terminal, { event: 'done', tasks: all });
}

/** Describes a task. A tenth of the training rows is used for validation if there are no validation rows. */
function taskEvent({ name: benchmark, page, terms }: Benchmark, info: TaskInfo): object {
  const { id, name, problem, labels, officialRows: rows, metrics, primaryMetric, maxLength, hub } = info;
  return {
    ...{ task: id, name, benchmark, problem, labels, maxLength, metrics, primaryMetric },
    rows: { train: rows?.train ?? null, validation: rows?.validation ?? null, test: rows?.test ?? null },
    source: { page: page ?? null, hub: hub?.repository ?? null },
    terms,
  };
}

/** A benchmark with its tasks. */
interface TaskGroup {
  readonly benchmark: Benchmark;
  readonly tasks: readonly TaskInfo[];
}

/** Formats a table of a benchmark's tasks, below the source of its data. */
function groupText({ benchmark: { name, page, terms }, tasks }: TaskGroup): string {
  const repository = tasks[0]?.hub?.repository;
  const sources = [
    ...(repository === undefined ? [] : [`${repository} on the hub`]),
    ...(page === undefined ? [] : [`files of ${page}`]),
  ];
  const heading = `${name}: ${sources.join(', or ') || 'written by the tool itself'}; terms: ${terms}`;
  const header = ['task', 'name', 'what is predicted', 'train', 'validation', 'test', 'metric'];
  const rows = tasks.map(({ id, name, officialRows, primaryMetric, ...info }) => [
    ...[id, name, predicted(info)],
    figure(officialRows?.train),
    officialRows?.validation === undefined ? '10 %' : figure(officialRows.validation),
    figure(officialRows?.test),
    primaryMetric,
  ]);
  return `${heading}\n\n${table([header, ...rows], [0, 1, 2, 6])}`;
}

const figure = (rows: number | undefined): string => (rows === undefined ? '-' : count(rows));

type Predicted = Pick<TaskInfo, 'problem' | 'labels' | 'ranksCandidates'>;
function predicted({ problem, labels, ranksCandidates }: Predicted): string {
  if (ranksCandidates) return 'the best candidate';
  const what = {
    regression: 'a score',
    multipleChoice: `one of ${labels?.length} texts`,
    multiLabelClassification: `any of ${labels?.length} labels`,
    singleLabelClassification: `one of ${labels?.length} classes`,
  };
  return what[problem];
}
