import { resolve } from 'node:path';
import { type Example, type SplitName, type Task, toJsonLines } from '@scalearn/datasets';
import type { Command } from 'commander';
import { StoppedError, UsageError } from '../errors.ts';
import { OutFolder } from '../folders/out-folder.ts';
import { liesWithin } from '../folders/real-path.ts';
import { loadData } from '../model/data.ts';
import { findTask, shownTask } from '../model/find-task.ts';
import type { OwnDataArguments } from '../options/own-data.ts';
import { optionsOf } from '../options/train-options.ts';
import { pathOption } from '../options/values.ts';
import { dataText, summarise } from '../output/data-summary.ts';
import type { DataEvent } from '../output/events.ts';
import { jsonLine } from '../output/json.ts';
import { ownTaskLines } from '../output/own-task.ts';
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

/** `scalearn data`: a task's rows as files that `--task` reads again. */
async function data(given: DataArguments, { terminal, signal }: CommandContext): Promise<void> {
  const { out: name } = given;
  const found = await findTask(given);
  if (found.path !== null && (await liesWithin(name, found.path)))
    throw new UsageError('--out is the data itself, or lies in it; choose another folder');
  await using out = await OutFolder.open(resolve(name));
  await checkFree(out, given);
  const { maxLength } = found.info;
  const task = await loadData(found, { maxLength, limit: null, evalLimit: null }, { signal });
  if (found.own && !given.json) for (const line of ownTaskLines(found.own, task)) terminal.err(`${line}\n`);
  if (signal.aborted) throw new StoppedError('Interrupted; nothing was changed.');
  // Several columns become one of lists.
  const label = typeof found.own?.layout.label === 'string' ? found.own.layout.label : 'label';
  const files: Record<string, string> = {};
  for (const [split, rows] of rowsOf(task)) files[fileOf(split)] = toJsonLines(task, rows, label);
  // An earlier task may have had one split more.
  await out.replace(files, 'the data', splits.map(fileOf));
  const event: DataEvent = {
    ...{ event: 'done', task: task.id, problem: task.problem, columns: task.columns, label },
    labels: task.labels,
    splits: Object.fromEntries(rowsOf(task).map(([split, rows]) => [split, summarise(task, rows)])),
    out: name,
  };
  if (given.json) jsonLine(terminal, event);
  else terminal.out(dataText({ ...event, task: shownTask(found) }, task, terminal.columns ?? 100));
}

const fileOf = (split: SplitName): string => `${split}.jsonl`;

function rowsOf(task: Task): [SplitName, readonly Example[]][] {
  return splits.flatMap((split) => {
    const rows = task[split];
    return rows ? [[split, rows] as [SplitName, readonly Example[]]] : [];
  });
}

/** @throws UsageError for a folder that is not empty, unless its files may be replaced; never a run's folder */
async function checkFree(out: OutFolder, { out: name, overwrite }: DataArguments): Promise<void> {
  const state = await out.state();
  if (state === 'nothing' || (state === 'other' && overwrite)) return;
  throw new UsageError(
    state === 'other'
      ? `${name} is not empty; choose another --out, or replace the files in it with --overwrite`
      : `${name} holds a run of scalearn; choose another --out`,
  );
}
