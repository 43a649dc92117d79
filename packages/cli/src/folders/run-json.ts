import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testMetrics } from '../model/scores.ts';
import type { DoneEvent, OwnAdapterScore, TaskScore } from '../output/events.ts';
import { readOwnJson } from './own-json.ts';
import { foundPlaces, storedPlaces } from './places.ts';
import { formatVersion, type RunFile, runSchema, type TaskRun } from './run-schema.ts';

export const runFileName = 'run.json';

/** Returns the text of `run.json`. @param folder absolute path of the folder that will hold it */
export async function encodeRunFile(run: Omit<RunFile, 'formatVersion'>, folder: string): Promise<string> {
  return `${JSON.stringify({ formatVersion, ...(await storedPlaces(run, folder)) }, null, 2)}\n`;
}

/**
 * Reads a folder's `run.json`. Things that it names are also found if they were moved together with the folder.
 *
 * @returns undefined if there is none
 * @throws FolderError that names the file and the field, if it is damaged or of another version
 */
export async function readRunFile(folder: string): Promise<RunFile | undefined> {
  const path = join(folder, runFileName);
  const advice = 'restore the file, or train the model again';
  const run = await readOwnJson(path, runSchema, formatVersion, advice);
  return run && foundPlaces(run, folder);
}

/**
 * Returns the names of the files that a run wrote. It uses what is readable of `run.json`, even if other parts are
 * damaged.
 */
export async function filesOfRun(folder: string): Promise<readonly string[]> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, runFileName), 'utf8')) as { files: unknown };
    return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
  } catch {
    return [];
  }
}

function taskScore({ task, results }: TaskRun): TaskScore {
  return { task, metrics: testMetrics(results), loss: results.test?.loss ?? null };
}

/** Returns the final event of a successful run, from the file. */
export function doneEvent(run: RunFile, out: string, ownAdapter?: OwnAdapterScore): DoneEvent {
  const test = run.results.test;
  return {
    event: 'done',
    task: run.task,
    method: run.method,
    seed: run.seed,
    metrics: testMetrics(run.results),
    loss: test?.loss ?? null,
    ...(run.tasks ? { tasks: run.tasks.map(taskScore) } : {}),
    bestEpoch: run.bestEpoch,
    steps: run.steps,
    parameters: run.parameters,
    seconds: run.seconds,
    tokensPerSecond: run.tokensPerSecond,
    device: run.device.kind,
    out,
    ...(ownAdapter && { ownAdapter }),
  };
}
