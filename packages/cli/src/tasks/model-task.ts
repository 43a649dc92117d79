import { join } from 'node:path';
import { findByName } from '@scalearn/core/methods';
import { describeTask, type OwnProblem, type Task, taskIds } from '@scalearn/datasets';
import { FolderError, fromFile, UsageError } from '../errors.ts';
import { readRunFile, runFileName } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';
import type { Source } from '../methods/preparation.ts';
import { type OwnSettings, ownDataFlags } from '../options/own-data.ts';
import { type FoundTask, findTask, type TaskChoice } from './find-task.ts';
import { loadData } from './load-data.ts';

/** Options that select a task; those that are missing come from the model. */
export type PartialTaskChoice = Omit<TaskChoice, 'task' | 'problem' | 'labels'> & {
  readonly task?: string | undefined;
};

/** The problem and the labels are the model's. */
const { problem: _, labels: __, ...modelFlags } = ownDataFlags;

/** Returns the task that a model was trained on, if it is known. */
export async function trainedTask(
  model: string,
  given: PartialTaskChoice,
  run: Pick<RunFile, 'task' | 'settings' | 'data'>,
): Promise<FoundTask> {
  const { own } = run.settings;
  const data = given.data ?? run.data.path ?? undefined;
  if (own && data !== undefined) {
    const { labels, problem, reading } = own;
    return findTask(
      { ...reading, ...given, ...columnsOf(given, own), data: undefined, task: data },
      { labels, problem, flags: modelFlags },
    );
  }
  await fromFile(join(model, runFileName), () => describeTask(run.task));
  return findTask({ ...given, task: run.task, data });
}

/**
 * Finds a named task to score a model on. It must have as many labels as the model. All rows of the user's own file are
 * scored.
 */
export async function namedTask(
  model: string,
  given: TaskChoice,
  run: Pick<RunFile, 'task' | 'settings' | 'data'> | undefined,
): Promise<FoundTask> {
  const { task, data } = given;
  const own = run?.settings.own;
  if (taskIds.includes(task)) {
    const stored = own || !describeTask(task).files ? undefined : (run?.data.path ?? undefined);
    return findTask({ ...given, data: data ?? stored });
  }
  const answers = own ?? (run && (await fromFile(join(model, runFileName), () => describeTask(run.task))));
  const { labels, problem } = answers ?? {};
  return findTask(
    { ...given, ...columnsOf(given, own), task, data },
    { labels, problem: problem as OwnProblem | undefined, scoreOnly: true, flags: modelFlags },
  );
}

function columnsOf(
  { text, textPair, label }: PartialTaskChoice,
  own: OwnSettings | undefined,
): Pick<TaskChoice, 'text' | 'textPair' | 'label'> {
  if (text !== undefined || textPair !== undefined || !own) return { text, textPair, label };
  const known = typeof own.label === 'string' ? [own.label] : own.label;
  return { text: own.text, textPair: own.textPair ?? undefined, label: label ?? known };
}

/**
 * Loads the task that a source was trained on, with its rows.
 * @throws FolderError if its `run.json` does not name one
 */
export async function sourceTask({ path }: Source, signal: AbortSignal): Promise<Task> {
  const run = await readRunFile(path);
  if (!run)
    throw new FolderError(
      `${path} has no run.json that says which texts it was trained on; give --set similarities=…`,
    );
  const { maxLength } = run.settings;
  return loadData(await trainedTask(path, {}, run), { maxLength }, { signal });
}

/** Returns a joint run as the run of one of its tasks; undefined if it has no such task. */
export function runOfTask(run: RunFile, id: string): RunFile | undefined {
  const named = findByName(run.tasks?.map((each) => ({ ...each, id: each.task })) ?? [], id);
  const own = run.tasks?.find(({ task }) => task === named?.id);
  const settings = run.settings.tasks?.find(({ task }) => task === own?.task);
  if (!own || !settings) return undefined;
  const { tasks: _, ...rest } = run;
  const { tasks: __, own: ___, ...shared } = run.settings;
  return { ...rest, ...own, settings: { ...shared, ...settings } };
}

/**
 * Returns a run as the run of the named task. A joint model requires a name.
 *
 * @param model its folder, for errors
 * @throws UsageError if a required task is not named, or if the model has no such task
 */
export function chosenRun(
  model: string,
  run: RunFile | undefined,
  task: string | undefined,
): RunFile | undefined {
  if (!run?.tasks) return run;
  const names = run.tasks.map((each) => each.task).join(', ');
  if (task === undefined) throw new UsageError(`${model} is for ${names}; say which with --task`);
  const own = runOfTask(run, task);
  if (own) return own;
  throw new UsageError(`${model} is for ${names}, not for ${task}`);
}
