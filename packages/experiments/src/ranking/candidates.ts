import { ScalearnError } from '@scalearn/core';
import { DatasetError, describeTask, type Task, taskIds } from '@scalearn/datasets';
import { FolderError } from '../errors.ts';
import type { Source } from '../methods/preparation.ts';
import { type ListFor, listAdapters } from '../models/list-adapters.ts';
import { openStoredModel } from '../runs/stored-model.ts';
import { sourceTask } from '../tasks/model-task.ts';
import { readSources } from '../training/sources.ts';
import type { RankCandidate } from './rank-sources.ts';

/** Candidates found, and why others are not among them. */
export interface FoundCandidates {
  readonly candidates: readonly RankCandidate[];
  /** A sentence for each adapter that does not fit. */
  readonly refused: readonly string[];
}

/**
 * Finds the adapters in places that fit an encoder, with the tasks they were trained on where these are on this machine.
 *
 * @param places folders of adapters, folders with adapters in them, `hf:owner/name`, or words to search the hub for (`hf:sentiment`)
 * @param task id of the target
 * @throws FolderError if none fits
 */
export async function findCandidates(
  places: readonly string[],
  task: string,
  wanted: ListFor,
): Promise<FoundCandidates> {
  const fitting: string[] = [];
  const refused: string[] = [];
  for (const place of places)
    for (const { source, reason } of await listAdapters(place, wanted))
      if (reason === null) fitting.push(source);
      else refused.push(`${source}: ${reason}`);
  const paths = [...new Set(fitting)];
  if (paths.length === 0)
    throw new FolderError(`no adapter in ${places.join(', ')} fits ${wanted.encoder}: ${refused[0] ?? ''}`);
  const candidates: RankCandidate[] = [];
  for (const source of await readSources(paths, task)) {
    const { adapter, path, isOwn } = source;
    candidates.push({ adapter, path, isOwn, task: await knownTask(source, wanted.hub.signal) });
  }
  return { candidates, refused };
}

/** Returns the task of a source if its rows are on this machine: files of its run, or generated rows. */
async function knownTask(source: Source, signal = new AbortController().signal): Promise<Task | undefined> {
  try {
    const { run, info } = await openStoredModel(source.path);
    const id = run?.task ?? info?.tasks[0]?.id;
    const isGenerated = id !== undefined && taskIds.includes(id) && !describeTask(id).files;
    if (!isGenerated && !run?.data.path) return undefined;
    return await sourceTask(source, signal);
  } catch (error) {
    // What it was trained on has moved, or was of another version.
    if (!signal.aborted && (error instanceof ScalearnError || error instanceof DatasetError))
      return undefined;
    throw error;
  }
}
