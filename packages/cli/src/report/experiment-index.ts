import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { MissingRun } from '@scalearn/report';
import { asFolderError, FolderError, systemCode } from '../errors.ts';
import { type IndexedRun, type IndexFile, indexFileName } from '../experiment/index-file.ts';
import { relativeTo } from '../experiment/read-experiment.ts';
import { readRunFile } from '../folders/run-json.ts';
import { type CollectedRun, collectRun, folderName } from './read-run.ts';

/** What an experiment's folder holds. */
export interface CollectedExperiment {
  readonly title: string;
  readonly runs: readonly CollectedRun[];
  readonly missing: readonly MissingRun[];
}

/**
 * Reads an experiment's folder.
 *
 * @returns undefined where there is no `experiment.json`
 * @throws FolderError that names the file if it is damaged or of another version
 */
export async function collectExperiment(folder: string): Promise<CollectedExperiment | undefined> {
  const index = await readIndex(join(folder, indexFileName));
  if (!index) return undefined;
  const runs: CollectedRun[] = [];
  const missing: MissingRun[] = [];
  for (const indexed of index.runs) {
    const { state, error, folder: inner, id, entry, label, axes, purpose, sources } = indexed;
    const encoderName = nameOf(indexed.encoder);
    const path = join(folder, inner);
    const file = state === 'done' ? await readRunFile(path) : undefined;
    if (file)
      runs.push(await collectRun(path, file, { id, entry, label, axes, purpose, sources, encoderName }));
    else missing.push({ what: runText(indexed, encoderName), reason: reasonOf(state, error) });
  }
  return { title: index.title, runs, missing };
}

async function readIndex(path: string): Promise<IndexFile | undefined> {
  let index: Partial<IndexFile> | null;
  try {
    index = JSON.parse(await readFile(path, 'utf8')) as Partial<IndexFile> | null;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new FolderError(`${path} is not JSON; run the experiment again to write it anew`, {
        cause: error,
      });
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw asFolderError(error, `${path} could not be read`);
  }
  if (index?.formatVersion !== 1)
    throw new FolderError(
      `${path} is of format ${JSON.stringify(index?.formatVersion)}; this version of scalearn reads 1`,
    );
  if (typeof index.title !== 'string' || !Array.isArray(index.runs) || !index.runs.every(isIndexed))
    throw new FolderError(`${path} is damaged; run the experiment again to write it anew`);
  return index as IndexFile;
}

function isIndexed(run: Partial<IndexedRun> | null): boolean {
  const texts = [
    run?.id,
    run?.folder,
    run?.entry,
    run?.label,
    run?.task,
    run?.method,
    run?.purpose,
    run?.encoder,
  ];
  return (
    texts.every((text) => typeof text === 'string') &&
    typeof run?.axes === 'object' &&
    Array.isArray(run.sources)
  );
}

/** An encoder's name on the hub, or its folder's name without where that is. */
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
