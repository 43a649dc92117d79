import { describeTask, taskIds } from '@scalearn/datasets';
import type { RunFile } from '../folders/run-json.ts';

/** The columns of the one or two texts a model reads; undefined where its folder does not say, or it reads choices. */
export function textColumnsOf(
  run: Pick<RunFile, 'task' | 'settings'> | undefined,
): readonly string[] | undefined {
  const own = run?.settings.own;
  if (own) return own.textPair === null ? [own.text] : [own.text, own.textPair];
  if (run === undefined || !taskIds.includes(run.task)) return undefined;
  const { problem, columns } = describeTask(run.task);
  return problem === 'multipleChoice' ? undefined : columns;
}
