import { type Benchmark, benchmarks, describeTask, type TaskInfo, taskIds } from '@scalearn/datasets';
import type { Command } from 'commander';
import type { TasksEvent } from '../output/events.ts';
import { jsonLine } from '../output/json.ts';
import { tasksText } from '../output/tasks.ts';
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

/** `scalearn tasks`: what there is to train on without data of one's own. */
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
