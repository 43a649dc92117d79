import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { realPath } from './real-path.ts';

// Resolves the paths in a `run.json`. A model usually lies beside the models that it is trained from. Their paths are
// relative to its folder, so they stay correct when both are moved or copied together.

/** Converts the paths of a run to the form that is stored. @param folder of the model */
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

/** Converts the stored paths of a run to absolute paths of existing things, where they can be found. */
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

/** The parts of a run that contain paths. */
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
  /** Converts a path that may also be the name of an encoder. */
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
 * Finds a path. If nothing exists there, looks for the same end of the path in the folders around the model, the
 * nearest first: both may have been moved together.
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
