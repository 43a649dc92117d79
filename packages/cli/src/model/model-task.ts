import { join } from 'node:path';
import { describeTask, type OwnProblem, taskIds } from '@scalearn/datasets';
import { fromFile } from '../errors.ts';
import { runFileName } from '../folders/run-json.ts';
import type { RunFile } from '../folders/run-schema.ts';
import { ownDataFlags } from '../options/own-data.ts';
import { type FoundTask, findTask, type OwnSettings, type TaskChoice } from './find-task.ts';

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
  return findTask(
    { ...given, ...columnsOf(given, own), task, data },
    {
      labels: answers?.labels,
      problem: answers?.problem as OwnProblem | undefined,
      scoreOnly: true,
      flags: modelFlags,
    },
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
