import type { Task } from '@scalearn/datasets';
import type { RunFile } from '@scalearn/experiments';
import {
  loadData,
  namedTask,
  type PartialTaskChoice,
  type Reporter,
  type StoredModel,
  trainedTask,
} from '@scalearn/experiments/runs';

/** A task with its test rows, or why they cannot be read. */
export type TestRows =
  | { readonly task: Task; readonly reason?: undefined }
  | { readonly task?: undefined; readonly reason: string };

/** Largest number of test rows that are scored if nothing else is said. */
const mostRows = 1000;

/**
 * Reads the test rows of a model again, to score what was made from it.
 *
 * @param model the folder, with the run of one of its tasks
 * @param given the task or its data, if they are not those of the run; 0 for `evalLimit` reads nothing
 * @throws as the task's readers, if the task or its data was given; otherwise the reason is returned
 */
export async function readTestRows(
  { path: model, run, info }: StoredModel,
  { evalLimit, ...given }: PartialTaskChoice & { readonly evalLimit?: number | undefined },
  {
    reporter,
    signal,
  }: { readonly reporter: Pick<Reporter, 'progress' | 'warn'>; readonly signal: AbortSignal },
): Promise<TestRows> {
  if (evalLimit === 0) return { reason: 'it was not asked for (--eval-limit 0)' };
  const { task } = given;
  if (task === undefined && !run)
    return { reason: 'the folder of the model has no run.json that names its data' };
  if (task === undefined && run?.folds)
    return { reason: 'the model was trained on all rows of its file; name others with --task' };
  try {
    const found =
      task === undefined
        ? await trainedTask(model, given, run as RunFile)
        : await namedTask(
            model,
            { ...given, task },
            run,
            info?.tasks.length === 1 ? info.tasks[0] : undefined,
          );
    const { maxLength, limit, validationLimit, trainPercent, evalLimit: usual } = run?.settings ?? {};
    const limits = { maxLength, limit, validationLimit, trainPercent };
    const rows = evalLimit ?? usual ?? mostRows;
    const read = await loadData(found, { ...limits, evalLimit: rows }, { reporter, signal });
    if (task === undefined && run?.data.fingerprint !== read.fingerprint)
      reporter.warn(`the data in ${found.path} has changed since ${model} was trained`);
    return { task: read };
  } catch (error) {
    signal.throwIfAborted();
    if (task !== undefined || given.data !== undefined) throw error;
    const reason = `the test rows of ${(run as RunFile).task} could not be read`;
    reporter.warn(`${reason}, so the export is not scored: ${(error as Error).message}`);
    return { reason };
  }
}
