import { findByName } from '@scalearn/core/methods';
import { UsageError } from '../errors.ts';
import type { RunFile } from '../folders/run-schema.ts';

/** A joint run as that of one of its tasks; undefined where it has no such task. */
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
 * A run as that of the task that was named, which it must be for a joint model.
 *
 * @param model its folder, for errors
 * @throws UsageError where no task is named and one must be, or the model has no such task
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
