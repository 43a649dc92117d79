import { type Adapter, readAdapterFolder, type SourceControl } from '@scalearn/core';
import { controlAdapter, describeAdapter, taskName } from '@scalearn/core/methods';
import { FolderError, fromFile } from '../errors.ts';
import { openModelFolder } from '../folders/model-folder.ts';
import { readRunFile } from '../folders/run-json.ts';

/** A source adapter with where it came from. */
export interface Source {
  readonly adapter: Adapter;
  /** As the user gave it. */
  readonly path: string;
  /** Whether it was trained on the target task. */
  readonly isOwn: boolean;
  /** Tells apart trained adapters, whatever a control replaces them by: the name, and a checksum of the weights. */
  readonly fingerprint: string;
}

/**
 * Reads source adapters, the target's own moved to the end: the order of the published models.
 *
 * @param task id of the target
 * @param control what the adapters are replaced by, if they are, drawn from the run's seed
 * @throws FolderError for a folder that is no adapter, ModelFileError for one that is damaged
 */
export async function readSources(
  paths: readonly string[],
  task: string,
  control?: { readonly kind: SourceControl; readonly seed: number },
): Promise<readonly Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    const source = await readSource(path, task);
    const adapter = control ? controlAdapter(source.adapter, control.kind, control.seed) : source.adapter;
    sources.push({ ...source, adapter });
  }
  return [...sources.filter((source) => !source.isOwn), ...sources.filter((source) => source.isOwn)];
}

/** Sees to it that all are adapters. @throws as {@link readSources} */
export async function checkSources(paths: readonly string[]): Promise<void> {
  for (const path of paths) await readAdapter(path);
}

async function readSource(path: string, task: string): Promise<Source> {
  const adapter = await readAdapter(path);
  const trainedOn = (await readRunFile(path))?.task;
  const isOwn = trainedOn === undefined ? adapter.name === taskName({ id: task }) : trainedOn === task;
  return { adapter, path, isOwn, fingerprint: describeAdapter(adapter) };
}

async function readAdapter(path: string): Promise<Adapter> {
  const folder = await openModelFolder(path);
  if ((await folder.text('scalearn_config.json')) !== undefined)
    throw new FolderError(
      `the source ${path} is a ScaLearn model, not one adapter; turn it into one with scalearn merge`,
    );
  return fromFile(path, () => readAdapterFolder(folder));
}
