import { loadTask, type Task } from '@scalearn/datasets';
import { inFlags } from '../options/flags.ts';
import type { Reporter } from '../output/events.ts';
import { downloadProgress } from '../output/progress.ts';
import type { FoundTask } from './find-task.ts';

export interface DataLimits {
  readonly maxLength: number;
  readonly limit: number | null;
  readonly evalLimit: number | null;
  /** Rows of the validation split alone. */
  readonly validationLimit?: number;
  /** Of the rows that are divided into training and validation split. */
  readonly trainPercent?: number;
}

/**
 * Loads a task's data under a run's settings.
 *
 * @param how told what is downloaded, and when to stop at once
 */
export async function loadData(
  { info, path, own }: FoundTask,
  limits: DataLimits,
  how: {
    readonly reporter?: Pick<Reporter, 'progress'>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Task> {
  const { reporter, signal } = how;
  const { maxLength, limit, evalLimit, validationLimit, trainPercent } = limits;
  // Files of the user's own were read before: those of other tasks have no options of reading.
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

/** A task as joint training takes it, where that is not the whole. */
export function inJointTraining(task: Task): Task {
  const { joint, train, validation } = task;
  if (!joint) return task;
  return { ...task, train: train.slice(0, joint.limit), validation: joint.validates ? validation : [] };
}

/** Files that differ from the official release in their number of rows. */
export function unofficialFiles({ files, rows, officialRows = {} }: Task): string[] {
  const different = (Object.keys(officialRows) as (keyof typeof officialRows)[]).filter(
    (split) => rows[split] !== officialRows[split],
  );
  const described = different.map(
    (split) => `${files?.[split]} has ${rows[split]} rows, ${officialRows[split]} in the official release`,
  );
  // Two splits may have the same file.
  return [...new Set(described)];
}
