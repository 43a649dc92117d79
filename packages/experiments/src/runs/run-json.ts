import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { namedHubRepository } from '@scalearn/encoders';
import { runFileName } from '../folders/names.ts';
import { readOwnJson } from '../folders/own-json.ts';
import { realPath, statOf } from '../folders/paths.ts';
import { formatVersion, type RunFile, runSchema } from './run-schema.ts';

/** Returns the text of `run.json`. @param folder absolute path of the folder that will hold it */
export async function encodeRunFile(run: Run, folder: string): Promise<string> {
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

// Resolves the paths in a `run.json`. A model usually lies beside the models that it is trained from. Their paths are
// relative to its folder, so they stay correct when both are moved or copied together.

/** Converts the paths of a run to the form that is stored. @param folder of the model */
async function storedPlaces(run: Run, folder: string): Promise<Run> {
  const from = await realPath(folder);
  return mapPlaces(run, {
    beside: async (path) =>
      namedHubRepository(path) !== undefined
        ? path
        : relative(from, await realPath(path)).replaceAll(sep, '/'),
    elsewhere: async (path) => path,
  });
}

/** Converts the stored paths of a run to absolute paths of existing things, where they can be found. */
async function foundPlaces<T extends Run>(run: T, folder: string): Promise<T> {
  const from = await realPath(folder);
  return mapPlaces(run, {
    beside: async (path) =>
      namedHubRepository(path) !== undefined ? path : findPlace(resolve(from, path), from),
    elsewhere: async (path) => (isAbsolute(path) ? findPlace(path, from) : path),
  });
}

type Run = Omit<RunFile, 'formatVersion'>;

interface Mapping {
  beside(path: string): Promise<string>;
  /** Converts a path that may also be the name of an encoder. */
  elsewhere(path: string): Promise<string>;
}

async function mapPlaces<T extends Run>(run: T, { beside, elsewhere }: Mapping): Promise<T> {
  const orNull = async (path: string | null): Promise<string | null> =>
    path === null ? null : elsewhere(path);
  const each = <E, R>(list: readonly E[], map: (item: E) => Promise<R>): Promise<R[]> =>
    Promise.all(list.map(map));
  const { settings, encoder, data, sources, tasks, mergedFrom } = run;
  return {
    ...run,
    settings: {
      ...settings,
      ...(settings.tasks && {
        tasks: await each(settings.tasks, async (task) => ({ ...task, data: await orNull(task.data) })),
      }),
      encoder: await elsewhere(settings.encoder),
      data: await orNull(settings.data),
      sources: await each(settings.sources, beside),
    },
    encoder: { ...encoder, path: await orNull(encoder.path) },
    data: { ...data, path: await orNull(data.path) },
    sources: await each(sources, async (source) => ({ ...source, path: await beside(source.path) })),
    ...(tasks && {
      tasks: await each(tasks, async (task) => ({
        ...task,
        data: { ...task.data, path: await orNull(task.data.path) },
      })),
    }),
    ...(mergedFrom && { mergedFrom: { ...mergedFrom, path: await beside(mergedFrom.path) } }),
  };
}

/**
 * Finds a path. If nothing exists there, looks for the same end of the path in the folders around the model, the
 * nearest first: both may have been moved together.
 */
export async function findPlace(path: string, model: string): Promise<string> {
  if (await statOf(path)) return path;
  const parts = path.split(sep).filter((part) => part !== '');
  const around: string[] = [];
  for (let folder = dirname(model); dirname(folder) !== folder; folder = dirname(folder)) around.push(folder);
  for (const folder of around)
    for (let skipped = 1; skipped < parts.length; skipped++) {
      const place = join(folder, ...parts.slice(skipped));
      if (await statOf(place)) return place;
    }
  return path;
}
