import type { Task } from '@scalearn/datasets';
import { FolderError } from '../errors.ts';
import { readRunFile } from '../folders/run-json.ts';
import { loadData } from './data.ts';
import { trainedTask } from './model-task.ts';
import type { Source } from './sources.ts';

/**
 * Loads the task that a source was trained on, with its rows.
 * @throws FolderError if its `run.json` does not name one
 */
export async function sourceTask({ path }: Source, signal: AbortSignal): Promise<Task> {
  const run = await readRunFile(path);
  if (!run)
    throw new FolderError(
      `${path} has no run.json that says which texts it was trained on; give --set similarities=…`,
    );
  const { maxLength } = run.settings;
  return loadData(await trainedTask(path, {}, run), { maxLength, limit: null, evalLimit: null }, { signal });
}
