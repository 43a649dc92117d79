import { loadTask, type Task } from '@scalearn/datasets';
import type { Reporter } from '../events/events.ts';
import { downloadProgress } from '../events/loading.ts';
import { inFlags } from '../options/own-data.ts';
import type { FoundTask } from './find-task.ts';

/** Limits of a task's data; those that are missing are the task's own. */
interface DataLimits {
  readonly maxLength?: number;
  readonly limit?: number | null;
  readonly evalLimit?: number | null;
  /** Limit of rows of the validation split only. */
  readonly validationLimit?: number;
  /** Percentage of the rows that are training rows, when rows are divided into a training and a validation split. */
  readonly trainPercent?: number;
}

/**
 * Loads a task's data with a run's settings.
 *
 * @param how receives the progress of downloads, and when to stop
 */
export async function loadData(
  { info, path, own }: FoundTask,
  { maxLength = info.maxLength, limit, evalLimit, validationLimit, trainPercent }: DataLimits,
  {
    reporter,
    signal,
  }: { readonly reporter?: Pick<Reporter, 'progress'>; readonly signal: AbortSignal | undefined },
): Promise<Task> {
  // Errors here name no options: the user's own files were read before, and other tasks have no options of reading.
  const task = await inFlags({}, () =>
    loadTask(own ?? info.id, {
      data: own === undefined ? (path ?? undefined) : undefined,
      hub: { signal, onDownload: reporter && downloadProgress(reporter) },
      limit: limit ?? undefined,
      evalLimit: evalLimit ?? undefined,
      ...{ validationLimit, maxTrainPct: trainPercent },
    }),
  );
  return { ...task, maxLength };
}

/** Returns a task with the limits of joint training. */
export function inJointTraining(task: Task): Task {
  const { joint, train, validation } = task;
  if (!joint) return task;
  return { ...task, train: train.slice(0, joint.limit), validation: joint.validates ? validation : [] };
}

/** Lists the files whose number of rows differs from the official release. */
export function unofficialFiles({ files, rows, officialRows = {} }: Task): string[] {
  const different = (Object.keys(officialRows) as (keyof typeof officialRows)[]).filter(
    (split) => rows[split] !== officialRows[split],
  );
  const described = different.map(
    (split) => `${files?.[split]} has ${rows[split]} rows, ${officialRows[split]} in the official release`,
  );
  // Two splits may share a file.
  return [...new Set(described)];
}
