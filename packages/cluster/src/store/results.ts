import * as v from 'valibot';
import { StoreError } from '../errors.ts';
import { type Access, atOnce, type FileEntry, type Files, fileSchema } from './access.ts';

/** What is known of how a result was made. It may hold more, as JSON. */
export interface ResultRecord {
  /** Kind of the device, such as `webgpu` or `onnx`. Results of different kinds may differ in their last bits. */
  readonly deviceKind: string;
  /** Names of files that hold times or places, so that each attempt writes others. By default there are none. */
  readonly varying?: readonly string[] | undefined;
  readonly [name: string]: unknown;
}

/** A result of the store. */
export interface Result {
  /** The job's key. */
  readonly key: string;
  /** The attempt that made it. */
  readonly attempt: string;
  /** Its files, ordered by name. */
  readonly files: readonly FileEntry[];
  /** How it was made. */
  readonly record: ResultRecord;
}

/** What became of a commit. */
export interface Commit {
  /** Whether this attempt made the result. Otherwise another one was first. */
  readonly isFirst: boolean;
  /** The result that counts. */
  readonly result: Result;
  /** Names of files whose bytes differ from those of the result that counts, without those that vary; empty if they are equal. */
  readonly different: readonly string[];
}

const format = 1;

const resultSchema: v.GenericSchema<unknown, Result & { readonly format: number }> = v.object({
  format: v.literal(format),
  key: v.string(),
  attempt: v.string(),
  files: v.array(fileSchema),
  record: v.looseObject({ deviceKind: v.string(), varying: v.optional(v.array(v.string())) }),
});

/** The results: `KEY/ATTEMPT/FILES`, and `KEY/result.json`, which is written last and once. The first attempt wins. */
export class Results {
  readonly #access: Access;
  /** A result never changes, so that one that was seen is there. */
  readonly #seen = new Map<string, Result>();

  constructor(access: Access) {
    this.#access = access;
  }

  /** Returns those of the keys that have a result. */
  async has(keys: readonly string[]): Promise<Set<string>> {
    await atOnce(keys, (key) => this.read(key));
    return new Set(keys.filter((key) => this.#seen.has(key)));
  }

  /** @returns undefined if there is no result yet */
  async read(key: string): Promise<Result | undefined> {
    const seen = this.#seen.get(key);
    if (seen) return seen;
    const found = await this.#access.getJson(nameOf(key), resultSchema);
    if (!found) return undefined;
    if (found.key !== key)
      throw new StoreError('damaged', `${nameOf(key)} is the result of ${found.key}; the store was mixed up`);
    const { attempt, files, record } = found;
    const result = { key, attempt, files, record };
    this.#seen.set(key, result);
    return result;
  }

  /**
   * Stores a result, unless there is one. It may be repeated: the same attempt then is the first again.
   *
   * @param attempt name of this attempt, which no other has
   * @throws StoreError; nothing is then committed, or all of it
   */
  async commit(key: string, attempt: string, files: Files, record: ResultRecord): Promise<Commit> {
    const prefix = filesOf(key, attempt);
    const entries = await this.#access.putFiles(prefix, files);
    const own: Result = { key, attempt, files: entries, record };
    const text = `${JSON.stringify({ format, ...own }, null, 2)}\n`;
    // An answer may have been lost, and the repetition then finds our own result.
    const isWritten = await this.#access.putTextIfAbsent(nameOf(key), text);
    const result = isWritten ? own : await this.read(key);
    if (!result)
      throw new StoreError('damaged', `${nameOf(key)} was there and is gone; is it being deleted?`);
    this.#seen.set(key, result);
    const isFirst = result.attempt === attempt;
    const different = isFirst
      ? []
      : differences(result.files, entries).filter((name) => !record.varying?.includes(name));
    // Files that prove a difference stay.
    if (!isFirst && different.length === 0)
      await this.#access.delete(entries.map(({ name }) => prefix + name));
    return { isFirst, result, different };
  }

  /**
   * Writes the files of a result to a folder, and checks their digests.
   *
   * @throws StoreError `missing` if there is no result; `damaged`
   */
  async download(key: string, folder: string): Promise<Result> {
    const result = await this.read(key);
    if (!result) throw new StoreError('missing', `${this.#access.blobs.where}: ${key} has no result`);
    await this.#access.getFiles(filesOf(key, result.attempt), result.files, folder);
    return result;
  }
}

const nameOf = (key: string): string => `${key}/result.json`;
const filesOf = (key: string, attempt: string): string => `${key}/${attempt}/files/`;

function differences(a: readonly FileEntry[], b: readonly FileEntry[]): string[] {
  const digests = new Map(a.map(({ name, sha256 }) => [name, sha256]));
  const names = new Set([...a, ...b].map(({ name }) => name));
  const others = new Map(b.map(({ name, sha256 }) => [name, sha256]));
  return [...names].filter((name) => digests.get(name) !== others.get(name)).sort();
}
