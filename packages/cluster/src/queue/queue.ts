import { setTimeout } from 'node:timers/promises';
import { ArgumentError } from '@scalearn/core';
import type { Db, PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { QueueError } from '../errors.ts';
import { checkJobs, descendantsOf, type Job } from '../job.ts';
import { type Patience, patiently, unlessAborted } from '../patience.ts';
import { type Choice, isLive, type Scheduler, type Submission } from '../scheduler.ts';
import { closeBoss, openBoss } from './boss.ts';
import { asQueueError } from './database-error.ts';
import { insertPlan } from './insert.ts';
import { jobOf, type QueuedJob, type Row, readRows } from './rows.ts';
import { hasLive, neededKinds, setLimits, setRetry } from './tables.ts';
import { databaseUrl } from './url.ts';

/** How to open a queue. */
export interface QueueOptions {
  /**
   * Version of the numerics of this program. Jobs of another version are in another queue, and are left to workers that have it.
   */
  readonly numerics: string;
  /** Seconds without a sign of life after which a worker counts as dead. Default 10. */
  readonly heartbeatSeconds?: number | undefined;
  /** How long to wait for a database that is away. By default five minutes. */
  readonly patience?: Patience | undefined;
  /** Ends the waiting for the database while the queue is opened; its reason is thrown. By default that of `patience`. */
  readonly signal?: AbortSignal | undefined;
}

/** A job that this worker holds, until it settles it or its heartbeats stay away. */
export interface TakenJob {
  /** What to train. */
  readonly job: Job;
  /** Its id in the queue. */
  readonly id: string;
  /** Number of attempts before this one. It tells this attempt from others. */
  readonly retryCount: number;
}

/** The version of a plan's jobs. */
export interface Version {
  /** Version of the form of a job. */
  readonly format: number;
  /** Version of the numerics. */
  readonly numerics: string;
}

/** Version of the form of a job. Version 2 has the kind of the device. */
const format = 2;

/** Seconds. What is done stays for 90 days; what waits is never deleted. */
const limits = { deleteAfterSeconds: 7_776_000, retentionSeconds: 1_500_000_000, retryDelay: 0 };

/** Longest time of a call of the database, in milliseconds. */
const longestCall = 60_000;

/**
 * A queue of jobs in PostgreSQL, kept by pg-boss. It says who does what next. It holds no results: if it is lost, the
 * jobs without a result in the store are submitted again. Every method throws a QueueError.
 */
export class Queue implements Scheduler {
  /** The database without its password, for messages. */
  readonly where: string;
  readonly heartbeatSeconds: number;
  readonly pollSeconds: number = 1;
  readonly #boss: PgBoss;
  readonly #name: string;
  readonly #patience: Patience;

  private constructor(
    boss: PgBoss,
    where: string,
    { numerics, heartbeatSeconds = 10, patience = {} }: QueueOptions,
  ) {
    this.#boss = boss;
    this.where = where;
    this.heartbeatSeconds = heartbeatSeconds;
    this.#name = queueName(numerics);
    this.#patience = patience;
  }

  /**
   * Connects to a database, and makes the tables of the queue if there are none.
   *
   * @param url `postgres://USER:PASSWORD@HOST/DATABASE`; `sslmode` says how TLS is used
   */
  static async open(url: string, options: QueueOptions): Promise<Queue> {
    const { heartbeatSeconds = 10, patience, numerics, signal = patience?.signal } = options;
    const name = queueName(numerics);
    const database = databaseUrl(url);
    const untilStopped = { ...patience, signal };
    const opening = patiently(() => openBoss(database, heartbeatSeconds), mayPass, untilStopped);
    const boss = await unlessAborted(opening, signal).catch((error: unknown) => {
      // It may still be opened.
      opening.then(closeBoss, () => {});
      throw error;
    });
    const queue = new Queue(boss, database.where, options);
    const prepare = async (): Promise<void> => {
      await boss.createQueue(name, limits);
      await boss.updateQueue(name, limits);
      await setLimits(boss.getDb(), name, heartbeatSeconds);
    };
    try {
      await unlessAborted(queue.#call(prepare, longestCall, signal), signal);
    } catch (error) {
      await closeBoss(boss);
      throw error;
    }
    return queue;
  }

  async close(): Promise<void> {
    await closeBoss(this.#boss);
  }

  /**
   * Adds the jobs of a plan in one step: all, or none if it fails. A job that failed or was cancelled before is added
   * anew; one that is queued or running stays.
   */
  async submit(jobs: readonly Job[], choice: Choice = {}): Promise<Submission> {
    checkJobs(jobs);
    await this.#call(() => this.#boss.resolveFlow());
    return this.#transaction((db) => insertPlan(this.#boss, db, this.#name, jobs, choice), 10 * longestCall);
  }

  /**
   * Takes the most urgent job that is ready, and that may be trained on a kind of device.
   *
   * @param deviceKind jobs that need another kind are left
   * @param signal ends the waiting for a database that is away; its reason is thrown
   * @returns undefined if there is none
   */
  async take(deviceKind: string, signal?: AbortSignal): Promise<TakenJob | undefined> {
    for (;;) {
      const fetch = async () => {
        const kinds = await neededKinds(this.#boss.getDb(), this.#name);
        const ignoreGroups = kinds.filter((kind) => kind !== deviceKind);
        return this.#boss.fetch<unknown>(this.#name, { batchSize: 1, ignoreGroups });
      };
      const [row] = await this.#call(fetch, longestCall, signal);
      if (!row) return undefined;
      const { id, retryCount } = row;
      const job = jobOf(this.#name, row);
      if (job && (job.deviceKind ?? deviceKind) === deviceKind) return { job, id, retryCount };
      // It was submitted just now, or not by this program.
      if (job) await this.handBack({ job, id, retryCount });
      else await this.#end({ id, retryCount }, 'this is not a job of a plan', { isLast: true, delay: 0 });
    }
  }

  /** Says that the worker lives. @returns false if the job is no longer this worker's */
  async heartbeat({ id, retryCount }: TakenJob): Promise<boolean> {
    const call = this.#boss.touch(this.#name, { id, retryCount });
    return isAffected(await this.#inTime(call, 1000 * this.heartbeatSeconds));
  }

  /** Says that the job has a result. Jobs that waited for it become ready. @returns false if it was not this worker's */
  async complete({ id, retryCount }: TakenJob): Promise<boolean> {
    const answer = await this.#call(() => this.#boss.complete(this.#name, { id, retryCount }));
    await this.#call(() => this.#boss.resolveFlow());
    return isAffected(answer);
  }

  /** Leaves a job to any worker. @param delay seconds until it is taken; by default none */
  async handBack(taken: TakenJob, delay = 0): Promise<void> {
    await this.#transaction((db) => this.#end(taken, 'handed back', { isLast: false, delay }, db));
  }

  /**
   * Ends a job that cannot succeed, and cancels the jobs that need it, directly or not.
   *
   * @returns keys of the jobs that were cancelled
   */
  async fail(taken: TakenJob): Promise<string[]> {
    return this.#transaction(async (db) => {
      // Why is said in the store alone: it may be the end of a log.
      const isOurs = await this.#end(taken, 'failed; the store says why', { isLast: true, delay: 0 }, db);
      return isOurs ? this.#cancelBelow(db, [taken.job.key]) : [];
    });
  }

  async #end(
    attempt: Pick<TakenJob, 'id' | 'retryCount'>,
    reason: string,
    next: { readonly isLast: boolean; readonly delay: number },
    db: Db = this.#boss.getDb(),
  ): Promise<boolean> {
    const { id, retryCount } = attempt;
    await setRetry(db, this.#name, { id, retryCount }, next);
    return isAffected(await this.#boss.fail(this.#name, { id, retryCount }, { reason }, { db }));
  }

  /**
   * Cancels jobs that are not done, and those that need them.
   *
   * @returns keys of the jobs that were cancelled
   */
  async cancel(keys: readonly string[]): Promise<string[]> {
    return this.#transaction(async (db) => {
      const own = await this.#cancelRows(db, (key) => keys.includes(key));
      return [...own, ...(await this.#cancelBelow(db, keys))];
    });
  }

  async #cancelBelow(db: Db, keys: readonly string[]): Promise<string[]> {
    const jobs = (await this.#rows(db)).map(({ job }) => job);
    const below = new Set(descendantsOf(jobs, keys));
    return this.#cancelRows(db, (key) => below.has(key));
  }

  async #cancelRows(db: Db, isMeant: (key: string) => boolean): Promise<string[]> {
    const rows = (await this.#rows(db)).filter((row) => isLive(row) && isMeant(row.job.key));
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) await this.#boss.cancel(this.#name, ids, { db });
    return rows.map(({ job }) => job.key);
  }

  /** Returns the jobs of the queue by their keys. */
  async states(): Promise<ReadonlyMap<string, QueuedJob>> {
    const rows = await this.#call(() => this.#rows(this.#boss.getDb()));
    return new Map(rows.map(({ job, state, started }) => [job.key, { job, state, started }]));
  }

  /**
   * Returns whether no job waits, is ready or runs.
   *
   * @param deviceKind jobs that need another kind do not count; by default all count
   */
  async isEmpty(deviceKind?: string): Promise<boolean> {
    return !(await this.#call(() => hasLive(this.#boss.getDb(), this.#name, deviceKind)));
  }

  /** Returns the versions of which jobs wait that this program leaves to workers of that version. */
  async otherVersions(): Promise<Version[]> {
    return this.#call(async () => {
      const names = (await this.#boss.getQueues()).map(({ name }) => name);
      const found: Version[] = [];
      for (const name of names.filter((each) => each !== this.#name)) {
        const [, ofFormat, numerics] = /^jobs\/(\d+)\/(.+)$/.exec(name) ?? [];
        if (
          numerics !== undefined &&
          (await this.#boss.findJobs(name, { queued: true, limit: 1 })).length > 0
        )
          found.push({ format: Number(ofFormat), numerics });
      }
      return found;
    });
  }

  #rows(db: Db): Promise<Row[]> {
    return readRows(this.#boss, this.#name, db);
  }

  async #transaction<T>(work: (db: Db) => Promise<T>, limit: number = longestCall): Promise<T> {
    return this.#call(async () => {
      const transaction = await this.#boss.getDb().beginTransaction?.();
      if (!transaction) throw new QueueError('refused', `${this.where}: there are no transactions`);
      try {
        const result = await work(transaction.db);
        await transaction.commit();
        return result;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    }, limit);
  }

  #call<T>(
    work: () => Promise<T>,
    limit: number = longestCall,
    signal: AbortSignal | undefined = this.#patience.signal,
  ): Promise<T> {
    return patiently(() => this.#inTime(work(), limit), mayPass, { ...this.#patience, signal });
  }

  async #inTime<T>(work: Promise<T>, limit: number): Promise<T> {
    const done = new AbortController();
    const late = setTimeout(limit, undefined, { signal: done.signal }).then(() => {
      throw new QueueError('away', `${this.where}: the database does not answer; is it overloaded?`);
    });
    late.catch(() => {});
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      throw error instanceof ArgumentError ? error : asQueueError(error, this.where);
    } finally {
      done.abort();
    }
  }
}

/** pg-boss says how many jobs a call changed, which its types leave out. */
const isAffected = (answer: object): boolean =>
  v.parse(v.object({ affected: v.number() }), answer).affected > 0;

function queueName(numerics: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,60}$/.test(numerics))
    throw new ArgumentError(
      `'${numerics}' cannot be a version of the numerics; use letters, digits, . and -`,
    );
  return `jobs/${format}/${numerics}`;
}

const mayPass = (error: unknown): boolean => error instanceof QueueError && error.reason === 'away';
