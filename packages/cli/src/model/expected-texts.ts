import { describeTask, taskIds } from '@scalearn/datasets';
import type { RunFile } from '../folders/run-json.ts';

/** The columns of the texts a model was trained on; undefined where its folder does not say. */
export function textColumnsOf(
  run: Pick<RunFile, 'task' | 'settings'> | undefined,
): readonly string[] | undefined {
  const own = run?.settings.own;
  if (own) return own.textPair === null ? [own.text] : [own.text, own.textPair];
  return run && taskIds.includes(run.task) ? describeTask(run.task).columns : undefined;
}
