import { isAbsolute, join } from 'node:path';
import type { FamilyOptions } from '@scalearn/encoders';
import type { MissingRun } from '@scalearn/report';
import type { IndexedRun } from '../experiment/index-file.ts';
import { readIndexFile } from '../experiment/index-schema.ts';
import { relativeTo } from '../experiment/read-experiment.ts';
import { readRunFile } from '../folders/run-json.ts';
import { type CollectedRun, collectRun, folderName } from './read-run.ts';

/** Content of an experiment's folder. */
export interface CollectedExperiment {
  readonly title: string;
  readonly runs: readonly CollectedRun[];
  readonly missing: readonly MissingRun[];
}

/**
 * Reads an experiment's folder.
 *
 * @returns undefined if there is no `experiment.json`
 * @throws FolderError that names the file if it is damaged or of another version
 */
export async function collectExperiment(
  folder: string,
  known: FamilyOptions,
): Promise<CollectedExperiment | undefined> {
  const index = await readIndexFile(folder);
  if (!index) return undefined;
  const runs: CollectedRun[] = [];
  const missing: MissingRun[] = [];
  for (const indexed of index.runs) {
    const { state, error, folder: inner, id, entry, label, axes, purpose, sources } = indexed;
    const encoderName = nameOf(indexed.encoder);
    const path = join(folder, inner);
    const file = state === 'done' ? await readRunFile(path) : undefined;
    if (file)
      runs.push(
        await collectRun(path, file, known, { id, entry, label, axes, purpose, sources, encoderName }),
      );
    else missing.push({ what: runText(indexed, encoderName), reason: reasonOf(state, error) });
  }
  return { title: index.title, runs, missing };
}

/** Returns an encoder's name on the hub, or the name of its folder without the path. */
function nameOf(encoder: string): string {
  const path = relativeTo('.', encoder);
  return isAbsolute(path) ? folderName(path) : encoder;
}

function runText({ label, task, seed, axes }: IndexedRun, encoder: string): string {
  const varied = Object.entries(axes).map(([name, value]) => `${name} ${value}`);
  return [label, ...varied, task, `seed ${seed}`, encoder].join(', ');
}

function reasonOf(state: IndexedRun['state'], error: string | undefined): string {
  if (state === 'failed') return `failed: ${error ?? 'unknown reason'}`;
  return state === 'done' ? 'its folder is gone' : 'not run yet';
}
