import { findByName } from '@scalearn/core/methods';
import { UsageError } from '../errors.ts';
import type { RunFile } from '../folders/run-schema.ts';

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
