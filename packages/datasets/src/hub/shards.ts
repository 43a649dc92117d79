import { MissingFileError } from '../errors.ts';
import type { FileSource } from '../source.ts';

/**
 * Returns the parquet files of a split in order, in either layout of the hub:
 * `<config>/<split>-00000-of-00002.parquet`, or `<config>/<split>/0000.parquet` for converted data sets. Returns none
 * if no such file exists, or if the source cannot list its files.
 *
 * @throws MissingFileError if some of several files are missing
 */
export async function findShards(source: FileSource, config: string, split: string): Promise<string[]> {
  const paths = (await source.list?.(config)) ?? [];
  const form = /^(?:-(\d+)-of-(\d+)|\/\d+)\.parquet$/;
  const prefix = `${config}/${split}`;
  const found = paths
    .filter((path) => path.startsWith(prefix) && form.test(path.slice(prefix.length)))
    .sort();
  const count = found.map((path) => form.exec(path.slice(prefix.length))?.[2]).find(Boolean);
  if (count === undefined) return found;
  const there = new Set(found);
  const all: string[] = [];
  const missing: string[] = [];
  // The count comes from a file name, so it may be wrong.
  for (let i = 0; i < Number(count) && missing.length < mostMissing; i++) {
    const path = `${prefix}-${String(i).padStart(count.length, '0')}-of-${count}.parquet`;
    (there.has(path) ? all : missing).push(path);
  }
  if (missing.length > 0) throw new MissingFileError(missing, source.describe());
  return all;
}

/** Maximum number of file names in a message. */
const mostMissing = 10;
