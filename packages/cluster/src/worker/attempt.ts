import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ScalearnError } from '@scalearn/core';
import { InterruptedError, JobError, QueueError, StoreError } from '../errors.ts';
import type { TakenJob } from '../queue/queue.ts';
import { atOnce, filesIn } from '../store/access.ts';
import type { AttemptEnd } from '../store/attempts.ts';
import type { ResultRecord } from '../store/results.ts';
import type { ResultStore } from '../store/store.ts';
import type { JobEvent } from './events.ts';
import { type Holder, keepAlive } from './heartbeat.ts';
import { Latest } from './latest.ts';
import { Log } from './log.ts';
import type { Parents } from './parents.ts';
import type { Train, WorkFolder } from './train.ts';

/** Attempts of a job whose process died before the job is given up: it may be the job that kills them. */
const mostDeaths = 3;

/** What attempts of a worker share. */
export interface AttemptContext {
  readonly queue: Holder;
  readonly store: ResultStore;
  readonly train: Train;
  readonly parents: Parents;
  readonly worker: string;
  readonly deviceKind: string;
  /** Folder for the attempt's own. */
  readonly scratch: string;
  /** Aborts when the worker must leave. */
  readonly signal: AbortSignal;
  /** Seconds until a job is looked at again whose parents have no result yet. */
  readonly retrySeconds: number;
  /** Milliseconds between two uploads of a log. */
  readonly logInterval: number;
  onEvent(event: JobEvent): void;
}

type Details<T> = T extends unknown ? Omit<T, 'key' | 'attempt'> : never;

/** One attempt to train a model: from a job that was taken until it is settled. */
export class AttemptRun {
  readonly #taken: TakenJob;
  readonly #key: string;
  readonly #name: string;
  readonly #context: AttemptContext;
  readonly #held: string[] = [];

  constructor(taken: TakenJob, context: AttemptContext) {
    this.#taken = taken;
    this.#key = taken.job.key;
    this.#name = `attempt-${taken.retryCount + 1}-${randomBytes(4).toString('hex')}`;
    this.#context = context;
  }

  /**
   * Runs it. Whatever the training does is settled.
   *
   * @throws StoreError or QueueError if the store or the queue cannot be used; the job is then handed back, if that works
   */
  async run(): Promise<void> {
    const { queue, store, signal } = this.#context;
    const alive = keepAlive(queue, this.#taken);
    const stop = AbortSignal.any([signal, alive.lost]);
    try {
      const isKnown = (await store.results.read(this.#key)) !== undefined;
      if (isKnown) this.#emit({ event: 'known' });
      if (isKnown || (await this.#try(stop, alive.lost))) await queue.complete(this.#taken);
    } catch (error) {
      await queue.handBack(this.#taken, this.#context.retrySeconds).catch(() => {});
      this.#emit({ event: 'hand-back', reason: error instanceof Error ? error.message : String(error) });
      throw error;
    } finally {
      alive.stop();
      for (const parent of this.#held) await this.#context.parents.release(parent);
    }
  }

  /** @returns whether there is a result now */
  async #try(stop: AbortSignal, lost: AbortSignal): Promise<boolean> {
    const { store, worker, deviceKind, scratch } = this.#context;
    const before = await store.attempts.list(this.#key);
    const dead = before.filter(({ end }) => end === undefined || end === 'died');
    if (dead.length >= mostDeaths) {
      const [last] = dead.sort((a, b) => b.time - a.time);
      const log = last && (await store.attempts.getLog(this.#key, last.name));
      await this.#fail(poisoned(dead.length, last?.reason, log));
      return false;
    }
    const path = await mkdtemp(join(scratch, 'attempt-')).catch(asWorkerError);
    await store.attempts.begin(this.#key, this.#name, { worker, time: Date.now(), deviceKind });
    const log = new Log(store, this.#key, this.#name, this.#context.logInterval);
    try {
      const folder = await this.#prepare(path).catch(asWorkerError);
      if (!folder) return false;
      const record = await this.#train(folder, stop, log);
      await log.close();
      await this.#commit(folder, record);
      return true;
    } catch (error) {
      await log.close();
      await this.#settle(error, { dead: dead.length, lost, log: log.text });
      return false;
    } finally {
      await log.close();
      await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  }

  /** Brings the parents' results and the last checkpoint. @returns undefined if a parent has no result */
  async #prepare(path: string): Promise<WorkFolder | undefined> {
    const { store, parents } = this.#context;
    const folders = new Map<string, string>();
    const attempts: Record<string, string> = {};
    for (const key of new Set(this.#taken.job.parents)) {
      try {
        const { folder, result } = await parents.hold(key);
        this.#held.push(key);
        folders.set(key, folder);
        attempts[key] = result.attempt;
      } catch (error) {
        if (!(error instanceof StoreError) || error.reason !== 'missing') throw error;
        await this.#wait(key);
        return undefined;
      }
    }
    const out = join(path, 'out');
    const resumed = await store.checkpoints.get(this.#key, out);
    await mkdir(out, { recursive: true });
    this.#emit({ event: 'start', parents: attempts, resumed });
    return { path, out, parents: folders };
  }

  /** A parent has no result, though the queue gave the job: it was submitted while the parent was about to end. */
  async #wait(parent: string): Promise<void> {
    const { queue, store, retrySeconds } = this.#context;
    const mark = await store.marks.get(parent);
    if (mark) return this.#fail(`it needs ${parent}, which was ${mark.state}: ${mark.reason}`);
    await this.#end('handed-back', `${parent} has no result yet`);
    await queue.handBack(this.#taken, retrySeconds);
    this.#emit({ event: 'hand-back', reason: `${parent} has no result yet` });
  }

  async #train(folder: WorkFolder, signal: AbortSignal, log: Log): Promise<ResultRecord> {
    const { store, train } = this.#context;
    let failure: unknown;
    const failed = new AbortController();
    const uploads = new Latest((error) => {
      if (isForWorker(error)) {
        failure ??= error;
        failed.abort();
      } else if (!isOvertaken(error)) {
        // Without it, only the next attempt takes longer.
        this.#emit({ event: 'warning', reason: `a checkpoint was not stored: ${(error as Error).message}` });
      }
    });
    let number = 0;
    const onCheckpoint = (names: readonly string[]): void =>
      uploads.run(async () => {
        const files: Record<string, Blob> = {};
        for (const name of names) files[name] = await openAsBlob(join(folder.out, name));
        await store.checkpoints.put(this.#key, this.#name, ++number, files);
      });
    try {
      const record = await train(this.#taken.job, folder, {
        signal: AbortSignal.any([signal, failed.signal]),
        onCheckpoint,
        onOutput: (text) => log.add(text),
      });
      uploads.drop();
      return record;
    } catch (error) {
      if (failure === undefined) throw error;
      throw failure;
    } finally {
      await uploads.idle();
    }
  }

  async #commit(folder: WorkFolder, record: ResultRecord): Promise<void> {
    const { store, deviceKind } = this.#context;
    const all = Object.entries(await filesIn(folder.out));
    const files = Object.fromEntries(all.filter(([name]) => !/(?:^|\/)\./.test(name)));
    const { isFirst, result, different } = await store.results.commit(this.#key, this.#name, files, {
      ...record,
      deviceKind,
    });
    this.#emit({ event: 'commit', isFirst });
    if (different.length > 0 && result.record.deviceKind === deviceKind)
      this.#emit({ event: 'different', files: different, other: result.attempt });
    await this.#end('committed');
    await store.checkpoints.clear(this.#key);
  }

  /** Settles what a training threw. */
  async #settle(
    error: unknown,
    { dead, lost, log }: { readonly dead: number; readonly lost: AbortSignal; readonly log: string },
  ): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    if (isForWorker(error)) {
      await this.#end('handed-back', reason).catch(() => {});
      throw error;
    }
    if (lost.aborted) {
      await this.#end((await this.#context.store.marks.get(this.#key)) ? 'cancelled' : 'lost');
      return this.#emit({ event: 'lost' });
    }
    if (error instanceof JobError || error instanceof StoreError) return this.#fail(reason);
    if (error instanceof InterruptedError) {
      await this.#end('handed-back', reason);
      await this.#context.queue.handBack(this.#taken);
      return this.#emit({ event: 'hand-back', reason });
    }
    await this.#end('died', reason);
    this.#emit({ event: 'died', reason });
    if (dead + 1 >= mostDeaths) return this.#fail(poisoned(dead + 1, reason, log));
    await this.#context.queue.handBack(this.#taken);
  }

  /** Fails the job for good. The marks are in the store, so that they outlive the queue. */
  async #fail(reason: string): Promise<void> {
    const { queue, store } = this.#context;
    await this.#end('failed', reason);
    await store.marks.put(this.#key, { state: 'failed', reason });
    const cancelled = await queue.fail(this.#taken, reason);
    const because = `it needs ${this.#key}, which failed: ${reason}`;
    await atOnce(cancelled, (key) => store.marks.put(key, { state: 'cancelled', reason: because }));
    this.#emit({ event: 'failed', reason, cancelled });
  }

  async #end(end: AttemptEnd, reason?: string): Promise<void> {
    await this.#context.store.attempts.end(this.#key, this.#name, end, reason);
  }

  #emit(event: Details<JobEvent>): void {
    this.#context.onEvent({ key: this.#key, attempt: this.#name, ...event });
  }
}

/** Something that would fail for every job of this worker, such as a full disk: the worker leaves. */
class WorkerError extends ScalearnError {
  override readonly name = 'WorkerError';
}

/** What fails on this machine before a training begins says nothing about the job. */
function asWorkerError(error: unknown): never {
  if (error instanceof ScalearnError) throw error;
  const message = error instanceof Error ? error.message : String(error);
  throw new WorkerError(`a training could not be prepared on this machine: ${message}`, { cause: error });
}

function isForWorker(error: unknown): boolean {
  const ofStore = ['away', 'full', 'refused', 'setting', 'location'];
  if (error instanceof StoreError) return ofStore.includes(error.reason);
  return error instanceof QueueError || error instanceof WorkerError;
}

/** Whether a checkpoint was replaced while it was sent, or removed before: the training has gone on. */
function isOvertaken(error: unknown): boolean {
  if (error instanceof StoreError) return error.reason === 'damaged';
  return (error as { code?: unknown }).code === 'ENOENT';
}

function poisoned(deaths: number, reason: string | undefined, log: string | undefined): string {
  const last = reason ?? 'its worker died';
  const end = log?.trim().split('\n').slice(-20).join('\n');
  return `${deaths} attempts died, the last one because ${last}${end ? `. Its log ends with:\n${end}` : ''}`;
}
