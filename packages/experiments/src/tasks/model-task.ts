import { join } from 'node:path';
import { findByName } from '@scalearn/core/methods';
import { describeTask, type OwnProblem, type Task, type TaskInfo, taskIds } from '@scalearn/datasets';
import { FolderError, fromFile, UsageError } from '../errors.ts';
import { runFileName } from '../folders/names.ts';
import type { Source } from '../methods/preparation.ts';
import { type OwnSettings, ownDataFlags } from '../options/own-data.ts';
import type { RunFile } from '../runs/run-schema.ts';
import { openStoredModel, type StoredModel } from '../runs/stored-model.ts';
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
 *
 * @param told what `scalearn.json` says of the task
 */
export async function namedTask(
  model: string,
  given: TaskChoice,
  run: Pick<RunFile, 'task' | 'settings' | 'data'> | undefined,
  told: Pick<TaskInfo, 'problem' | 'labels'> | undefined,
): Promise<FoundTask> {
  const { task, data } = given;
  const own = run?.settings.own;
  if (taskIds.includes(task)) {
    const stored = own || !describeTask(task).files ? undefined : (run?.data.path ?? undefined);
    return findTask({ ...given, data: data ?? stored });
  }
  const answers =
    own ?? told ?? (run && (await fromFile(join(model, runFileName), () => describeTask(run.task))));
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
  const { run, info } = await openStoredModel(path);
  const [told] = info?.tasks ?? [];
  if (!run && told && taskIds.includes(told.id))
    return loadData(await findTask({ task: told.id }), { maxLength: told.maxLength }, { signal });
  if (!run)
    throw new FolderError(`${path} does not say which texts it was trained on; give --set similarities=…`);
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
 * Returns a model as that of the named task. A joint model requires a name.
 *
 * @throws UsageError if a required task is not named, or if the model has no such task
 */
export function chosenTask(model: StoredModel, task: string | undefined): StoredModel {
  const { path, run, info } = model;
  const ids = run ? run.tasks?.map((each) => each.task) : info?.tasks.map(({ id }) => id);
  if (!ids || ids.length < 2) return model;
  const names = ids.join(', ');
  if (task === undefined) throw new UsageError(`${path} is for ${names}; say which with --task`);
  const told = info && findByName(info.tasks, task);
  const ownInfo = info && told && { ...info, tasks: [told] };
  const ownRun = run && runOfTask(run, task);
  if (ownRun ?? ownInfo) return { ...model, run: ownRun, info: ownInfo };
  throw new UsageError(`${path} is for ${names}, not for ${task}`);
}
