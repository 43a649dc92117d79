import { loadTask, type Task } from '@scalearn/datasets';
import type { FoundTask } from './find-task.ts';

export interface DataLimits {
  readonly maxLength: number;
  readonly limit: number | null;
  readonly evalLimit: number | null;
}

/** Loads a task's data under a run's settings. */
export async function loadData({ info, path, own }: FoundTask, limits: DataLimits): Promise<Task> {
  const { maxLength, limit, evalLimit } = limits;
  const task = await loadTask(own ?? info.id, {
    data: own === undefined ? (path ?? undefined) : undefined,
    limit: limit ?? undefined,
    evalLimit: evalLimit ?? undefined,
  });
  return { ...task, maxLength };
}

/** Files that differ from the official release in their number of rows. */
export function unofficialFiles({ files, rows, officialRows = {} }: Task): string[] {
  return (Object.keys(officialRows) as (keyof typeof officialRows)[])
    .filter((split) => rows[split] !== officialRows[split])
    .map(
      (split) => `${files?.[split]} has ${rows[split]} rows, ${officialRows[split]} in the official release`,
    );
}
