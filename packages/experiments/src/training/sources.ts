import { readSourceFolder, type SourceAdapter, type SourceControl } from '@scalearn/core';
import { controlAdapter, describeAdapter, taskName } from '@scalearn/core/methods';
import { FolderError, fromFile } from '../errors.ts';
import type { Source } from '../methods/preparation.ts';
import { severalAdapters } from '../models/list-adapters.ts';
import { openStoredModel, type StoredModel } from '../runs/stored-model.ts';

/**
 * Reads source adapters. The target's own is moved to the end, as in the published models.
 *
 * @param task id of the target
 * @param control what replaces the adapters, if anything, drawn from the run's seed
 * @throws FolderError for a folder that is not an adapter, ModelFileError for one that is damaged
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

/** Checks that all are adapters. @throws the errors of {@link readSources} */
export async function checkSources(paths: readonly string[]): Promise<void> {
  for (const path of paths) await readAdapter(await openStoredModel(path));
}

async function readSource(path: string, task: string): Promise<Source> {
  const stored = await openStoredModel(path);
  const adapter = await readAdapter(stored);
  const trainedOn = stored.run?.task ?? stored.info?.tasks[0]?.id;
  const isOwn = trainedOn === undefined ? adapter.name === taskName({ id: task }) : trainedOn === task;
  return { adapter, path, isOwn, fingerprint: describeAdapter(adapter) };
}

async function readAdapter({ path, folder }: StoredModel): Promise<SourceAdapter> {
  if ((await folder.text('scalearn_config.json')) !== undefined)
    throw new FolderError(
      `the source ${path} is a ScaLearn model, not one adapter; turn it into one with scalearn merge`,
    );
  if ((await folder.text('adapter_config.json')) === undefined) {
    const several = await severalAdapters(path);
    if (several !== undefined) throw new FolderError(several);
  }
  return fromFile(path, () => readSourceFolder(folder));
}
