import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { realPath } from './real-path.ts';

// Where things lie that a `run.json` names. What a model is trained from mostly lies beside it, so those paths are
// relative to its folder, and right wherever both are moved or copied to.

/** A run with paths as they are on the disk. @param folder of the model */
export async function storedPlaces<T extends Places>(run: T, folder: string): Promise<T> {
  const from = await realPath(folder);
  return mapPlaces(run, {
    beside: async (path) =>
      relative(from, await realPath(path))
        .split(sep)
        .join('/'),
    elsewhere: async (path) => path,
  });
}

/** A run as it was read, with absolute paths: of things that are there, as far as they can be found. */
export async function foundPlaces<T extends Places>(run: T, folder: string): Promise<T> {
  const from = await realPath(folder);
  return mapPlaces(run, {
    beside: (path) => find(resolve(from, path), from),
    elsewhere: async (path) => (isAbsolute(path) ? find(path, from) : path),
  });
}

interface Place<P extends string | null> {
  readonly path: P;
}

/** Where a run names places. */
interface Places {
  readonly settings: {
    readonly encoder: string;
    readonly data: string | null;
    readonly sources: readonly string[];
    readonly tasks?: readonly { readonly data: string | null }[];
  };
  readonly encoder: Place<string | null>;
  readonly data: Place<string | null>;
  readonly sources: readonly Place<string>[];
  readonly tasks?: readonly { readonly data: Place<string | null> }[];
  readonly mergedFrom?: Place<string>;
}

interface Mapping {
  beside(path: string): Promise<string>;
  /** May be the name of an encoder. */
  elsewhere(path: string): Promise<string>;
}

async function mapPlaces<T extends Places>(run: T, { beside, elsewhere }: Mapping): Promise<T> {
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
 * A path, or, where nothing is there any more, the same end of it in one of the folders around the model, the nearest
 * first: both may have been moved with what they lay in.
 */
async function find(path: string, model: string): Promise<string> {
  if (await isThere(path)) return path;
  const parts = path.split(sep).filter((part) => part !== '');
  const around: string[] = [];
  for (let folder = dirname(model); dirname(folder) !== folder; folder = dirname(folder)) around.push(folder);
  for (const folder of around)
    for (let skipped = 1; skipped < parts.length; skipped++) {
      const place = join(folder, ...parts.slice(skipped));
      if (await isThere(place)) return place;
    }
  return path;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
