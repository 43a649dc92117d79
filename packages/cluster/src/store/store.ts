import process from 'node:process';
import * as v from 'valibot';
import { StoreError } from '../errors.ts';
import { type Job, jobSchema } from '../job.ts';
import { type Patience, unlessAborted } from '../patience.ts';
import { Access, atOnce } from './access.ts';
import { Arrays } from './arrays.ts';
import { Attempts } from './attempts.ts';
import type { Blobs } from './blobs.ts';
import { Checkpoints } from './checkpoints.ts';
import { FolderBlobs } from './folder.ts';
import { Marks } from './marks.ts';
import { Results } from './results.ts';
import { BucketBlobs } from './s3/bucket.ts';
import { bucketSettings } from './s3/settings.ts';

/** How to open a store. */
export interface StoreOptions {
  /** Variables of the environment. Default: those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** How long to wait for a store that is away or full. By default five minutes. */
  readonly patience?: Patience | undefined;
  /** Milliseconds without an answer after which a request counts as lost. Default 30,000. */
  readonly timeout?: number | undefined;
  /** Ends the waiting for the store while it is opened; its reason is thrown. By default that of `patience`. */
  readonly signal?: AbortSignal | undefined;
}

/** A plan in a store. */
export interface StoredPlan {
  /** Its jobs. */
  readonly jobs: readonly Job[];
  /** What the program stored with it; undefined if it stored nothing. */
  readonly note?: string | undefined;
}

/** The results of jobs, and what is needed to make them: the truth, whatever becomes of queues, workers and machines. */
export class ResultStore {
  /** The place, for messages. */
  readonly where: string;
  /** Absolute path of the folder that it is; undefined for a bucket. */
  readonly folder: string | undefined;
  readonly results: Results;
  readonly checkpoints: Checkpoints;
  readonly attempts: Attempts;
  readonly marks: Marks;
  readonly arrays: Arrays;
  readonly #access: Access;

  constructor(blobs: Blobs, patience: Patience = {}) {
    this.#access = new Access(blobs, patience);
    this.where = blobs.where;
    this.folder = blobs.folder;
    this.arrays = new Arrays(this.#access);
    this.results = new Results(this.#access);
    this.checkpoints = new Checkpoints(this.#access);
    this.attempts = new Attempts(this.#access);
    this.marks = new Marks(this.#access);
  }

  /**
   * Stores the jobs of a plan, so that other machines know what belongs to it.
   *
   * @param note what the program wants to know of the plan later; by default nothing
   */
  async putPlan(name: string, jobs: readonly Job[], note?: string): Promise<void> {
    await this.#access.putText(planName(name), JSON.stringify({ format: 1, jobs, note }));
  }

  /** @returns undefined if there is no such plan */
  async getPlan(name: string): Promise<StoredPlan | undefined> {
    const found = await this.#access.getJson(planName(name), planSchema);
    return found && { jobs: found.jobs, note: found.note };
  }

  /** Returns the names of the plans. */
  async listPlans(): Promise<string[]> {
    const names = await this.#access.list('plans/');
    return names.flatMap((name) => /^plans\/([^/]+)\.json$/.exec(name)?.[1] ?? []).sort();
  }

  /** Lets jobs be tried anew that failed or were cancelled. */
  async forgive(keys: readonly string[]): Promise<void> {
    await atOnce(keys, async (key) => {
      if (!(await this.marks.get(key))) return;
      await this.attempts.forget(key);
      await this.marks.clear(key);
    });
  }
}

const planSchema: v.GenericSchema<unknown, StoredPlan & { format: number }> = v.object({
  format: v.literal(1),
  jobs: v.array(jobSchema),
  note: v.optional(v.string()),
});

function planName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new StoreError('location', `${JSON.stringify(name)} cannot be the name of a plan`);
  return `plans/${name}.json`;
}

/**
 * Opens a store, and checks that it can be used.
 *
 * @param location a folder, or `s3://BUCKET/PREFIX`
 * @throws StoreError
 */
export async function openStore(location: string, options: StoreOptions = {}): Promise<ResultStore> {
  const { environment = process.env, patience = {}, timeout, signal = patience.signal } = options;
  const blobs = blobsAt(location, environment, timeout);
  const access = new Access(blobs, { ...patience, signal });
  await unlessAborted(
    access.patiently(() => blobs.check()),
    signal,
  );
  return new ResultStore(blobs, patience);
}

function blobsAt(
  location: string,
  environment: Readonly<Record<string, string | undefined>>,
  timeout: number | undefined,
): Blobs {
  if (location.startsWith('s3://')) return new BucketBlobs(bucketSettings(location, environment), timeout);
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(location)?.[1];
  if (scheme !== undefined || location === '')
    throw new StoreError(
      'location',
      `'${location}' is not the place of a store; name a folder, or s3://BUCKET/PREFIX`,
    );
  return new FolderBlobs(location);
}
