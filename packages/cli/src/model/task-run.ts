import type { RunFile } from '../folders/run-json.ts';

/** A joint run as that of one of its tasks; undefined where it has no such task. */
export function runOfTask(run: RunFile, id: string): RunFile | undefined {
  const own = run.tasks?.find(({ task }) => task === id || task.split('/').at(-1) === id);
  const settings = run.settings.tasks?.find(({ task }) => task === own?.task);
  if (!own || !settings) return undefined;
  const { tasks: _, ...rest } = run;
  const { tasks: __, own: ___, ...shared } = run.settings;
  return { ...rest, ...own, settings: { ...shared, ...settings } };
}
