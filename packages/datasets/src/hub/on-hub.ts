import { EmptyFileError, MissingFileError } from '../errors.ts';
import { parquetRows } from '../parquet/rows.ts';
import type { FileSource } from '../source.ts';
import type { Example, HubPlace, SplitName, TaskDefinition } from '../task.ts';
import { Fields } from '../tasks/fields.ts';
import type { RowLayout } from '../tasks/json-lines-task.ts';
import { findShards } from './shards.ts';

/** Converts the rows of the hub's files to examples. */
export interface HubLayout extends Pick<RowLayout, 'examples'> {
  /** Columns to read. Default: all. */
  readonly columns?: readonly string[];
}

/**
 * Makes a task readable from the hub's parquet files. If the source has such files for a split, they are used, both on
 * the hub and in a folder with the same layout. Otherwise the task's own files are used.
 */
export function onHub(task: TaskDefinition, place: HubPlace, layout: HubLayout): TaskDefinition {
  return {
    ...task,
    info: { ...task.info, hub: place },
    async read(split, source) {
      const shards = await shardsOf(split, source, place);
      if (shards.length > 0) return readShards(source, shards, layout);
      try {
        return await task.read(split, source);
      } catch (error) {
        if (!(error instanceof MissingFileError) || source.list === undefined) throw error;
        const hubs = `${place.config}/${place.splits[split]}-*.parquet`;
        throw new MissingFileError([...error.looked, hubs], source.describe());
      }
    },
  };
}

async function shardsOf(split: SplitName, source: FileSource, place: HubPlace): Promise<string[]> {
  const name = place.splits[split];
  return name === undefined ? [] : findShards(source, place.config, name);
}

async function readShards(
  source: FileSource,
  paths: readonly string[],
  layout: HubLayout,
): Promise<Example[]> {
  const examples: Example[] = [];
  for (const path of paths) {
    const bytes = await source.read(path);
    if (bytes === undefined) throw new MissingFileError([path], source.describe());
    for await (const row of parquetRows({ path, bytes }, layout.columns))
      for (const example of layout.examples(new Fields(row)))
        examples.push({ index: examples.length, ...example });
  }
  if (examples.length === 0) throw new EmptyFileError(paths[0]!);
  return examples;
}
