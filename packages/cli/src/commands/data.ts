import { resolve } from 'node:path';
import { countLabels, type Example, type SplitName, type Task, toJsonLines } from '@scalearn/datasets';
import { UsageError } from '@scalearn/experiments';
import {
  count,
  findTask,
  liesWithin,
  loadData,
  OutFolder,
  type OwnDataArguments,
  ownTaskLines,
  shownTask,
  typed,
} from '@scalearn/experiments/runs';
import type { Command } from 'commander';
import { pathOption } from '../options/command-line.ts';
import { optionsOf } from '../options/train-options.ts';
import type { DataEvent, SplitSummary } from '../output/events.ts';
import { cut, table } from '../output/format.ts';
import { jsonLine } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface DataArguments extends OwnDataArguments {
  readonly task: string;
  readonly data?: string;
  readonly out: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export function addData(root: Command, run: Run): void {
  const command = root
    .command('data')
    .summary("write a task's rows as JSON lines")
    .description(
      "Writes a task's splits as train.jsonl, validation.jsonl and test.jsonl, and describes them.",
    )
    .addOption(
      pathOption('--task <task>', 'such as glue/rte, or a file or folder of your own').makeOptionMandatory(),
    )
    .addOption(pathOption('--data <dir>', "folder that holds the task's folder (RTE/, MRPC/, …)"))
    .addOption(pathOption('--out <dir>', 'folder for the files').makeOptionMandatory())
    .option('--overwrite', 'replace the files in the output folder')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: DataArguments) => run((context) => data(given, context)));
  for (const { option } of optionsOf('Your own data')) command.addOption(option);
}

const examples = `
Examples:
  scalearn data --task miniglue/rte --out data/rte
  scalearn data --task reviews.csv --out data/reviews
`;

const splits: readonly SplitName[] = ['train', 'validation', 'test', 'testMismatched'];

/** Writes a task's rows as files that `--task` can read. */
async function data(given: DataArguments, { terminal, signal }: CommandContext): Promise<void> {
  const { out: name } = given;
  const found = await findTask(given);
  if (found.path !== null && (await liesWithin(name, found.path)))
    throw new UsageError('--out is the data itself, or lies in it; choose another folder');
  await using out = await OutFolder.open(resolve(name));
  await checkFree(out, given);
  const task = await loadData(found, {}, { signal });
  if (found.own && !given.json)
    for (const line of ownTaskLines(found.own, task)) terminal.err(`${oneLine(line)}\n`);
  signal.throwIfAborted();
  // Several label columns are written as one column of lists.
  const label = typeof found.own?.layout.label === 'string' ? found.own.layout.label : 'label';
  const files: Record<string, string> = {};
  for (const [split, rows] of rowsOf(task)) files[fileOf(split)] = toJsonLines(task, rows, label);
  // Files of an earlier task are replaced as well: it may have had another split.
  await out.replace(files, 'the data', splits.map(fileOf));
  const { id, problem, columns, labels } = task;
  const summaries = rowsOf(task).map(([split, rows]) => [split, summarize(task, rows)]);
  const event: DataEvent = {
    ...{ event: 'done', task: id, problem, columns, label, labels },
    ...{ splits: Object.fromEntries(summaries), out: name },
  };
  if (given.json) jsonLine(terminal, event);
  else terminal.out(dataText({ ...event, task: shownTask(found) }, task, terminal.columns ?? 100));
}

const fileOf = (split: SplitName): string => `${split}.jsonl`;

const rowsOf = (task: Task): (readonly [SplitName, readonly Example[]])[] =>
  splits.flatMap((split) => (task[split] ? [[split, task[split]] as const] : []));

/**
 * Checks that the folder may be written.
 * @throws UsageError if the folder is not empty, unless `overwrite` is set; always if it is a run's folder
 */
async function checkFree(out: OutFolder, { out: name, overwrite }: DataArguments): Promise<void> {
  const state = await out.state();
  if (state === 'nothing' || (state === 'other' && overwrite)) return;
  if (state !== 'other') throw new UsageError(`${name} holds a run of scalearn; choose another --out`);
  throw new UsageError(
    `${name} is not empty; choose another --out, or replace the files in it with --overwrite`,
  );
}

/** Counts the rows of a split, in total and for each label. */
function summarize({ labels }: Task, rows: readonly Example[]): SplitSummary {
  if (labels !== null)
    return { rows: rows.length, labels: Object.fromEntries(countLabels(rows, labels)), scores: null };
  const scores = rows.map(({ label }) => label as number);
  const least = scores.reduce((a, b) => Math.min(a, b));
  const most = scores.reduce((a, b) => Math.max(a, b));
  const mean = scores.reduce((a, b) => a + b) / scores.length;
  return { rows: rows.length, labels: null, scores: { least, mean, most } };
}

/** Number of labels that get a column. If there are more, the most frequent labels of the first split are shown. */
const mostColumns = 6;
const shownRows = 3;

/**
 * Formats the report: the number of rows and labels, the first rows, and the options that read the files.
 *
 * @param width characters of a line
 */
function dataText(event: DataEvent, { train, labels }: Task, width: number): string {
  const { task, out, splits } = event;
  const first = train.slice(0, shownRows).map(({ segments, choices = [], label }) => {
    const ids = typeof label === 'number' ? [label] : label.flatMap((bit, id) => (bit === 1 ? [id] : []));
    return `${ids.map((id) => labels?.[id] ?? id).join(', ')}: ${[...segments, ...choices].join(' | ')}`;
  });
  return [
    `${oneLine(`${task}, saved in ${out}`)}\n`,
    splitTable(Object.entries(splits), labels ?? []),
    'the first rows to train on',
    ...first.map((line) => `  ${cut(line, width - 2)}`),
    event.problem === 'multipleChoice'
      ? ''
      : `\n${oneLine(`to train on it: --task ${out}${flags(event)}`)}\n`,
  ].join('\n');
}

/**
 * Formats the rows of each split as a table.
 * @param all labels in the order of their ids; the keys of an object do not keep this order for numbers
 */
function splitTable(splits: readonly [string, SplitSummary][], all: readonly string[]): string {
  const { labels } = splits[0]![1];
  const names = all.toSorted((a, b) => (labels?.[b] ?? 0) - (labels?.[a] ?? 0)).slice(0, mostColumns);
  // Keeps the order of the ids.
  const shown = all.filter((name) => names.includes(name));
  const left = all.length - shown.length;
  const header = labels ? [...shown, ...(left > 0 ? [`${left} more`] : [])] : ['least', 'mean', 'most'];
  const lines = splits.map(([split, { rows, labels, scores }]) => {
    const counts = shown.map((name) => labels?.[name] ?? 0);
    const others = left > 0 ? [Object.values(labels ?? {}).reduce((a, b) => a + b) - sum(counts)] : [];
    const figures = scores
      ? [scores.least, scores.mean, scores.most].map((score) => score.toFixed(2))
      : [...counts, ...others].map(count);
    return [split, count(rows), ...figures];
  });
  return table([['split', 'rows', ...header], ...lines]);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Returns the options that read the files. */
function flags({ columns, label, problem }: DataEvent): string {
  const [text, textPair] = columns.map(typed);
  const pair = textPair === undefined ? '' : ` --text-pair ${textPair}`;
  const regression = problem === 'regression' ? ' --problem regression' : '';
  return ` --text ${text}${pair} --label ${typed(label)}${regression}`;
}
