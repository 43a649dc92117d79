import * as v from 'valibot';
import type { Access } from './access.ts';

/** Who tries to train a model. */
export interface AttemptStart {
  /** Name of the worker, such as `host-1234`. */
  readonly worker: string;
  /** When it began: milliseconds since 1970, of the worker's clock. */
  readonly time: number;
  /** Kind of its device. */
  readonly deviceKind: string;
}

/** How an attempt ended. One without an end still goes on, or its worker is dead. */
export type AttemptEnd =
  | 'committed'
  | 'failed' // an error that every attempt would have
  | 'died' // the training's process was killed, or broke
  | 'handed-back' // the worker was asked to stop
  | 'lost' // the queue gave the job to another worker
  | 'cancelled';

/** An attempt to train a model. */
export interface Attempt extends AttemptStart {
  /** Its name, which no other attempt of the job has. */
  readonly name: string;
  /** How it ended; undefined if it goes on, or if its worker is dead. */
  readonly end: AttemptEnd | undefined;
  /** Why it ended; undefined if there is nothing to say. */
  readonly reason: string | undefined;
}

const startSchema: v.GenericSchema<unknown, AttemptStart> = v.object({
  worker: v.string(),
  time: v.number(),
  deviceKind: v.string(),
});

const endSchema: v.GenericSchema<unknown, { end: AttemptEnd; reason?: string | undefined }> = v.object({
  end: v.picklist(['committed', 'failed', 'died', 'handed-back', 'lost', 'cancelled']),
  reason: v.optional(v.string()),
});

/** The attempts of each training, with their logs: `KEY/ATTEMPT/start.json`, `end.json`, `log.txt`. */
export class Attempts {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async begin(key: string, name: string, start: AttemptStart): Promise<void> {
    await this.#access.putText(`${key}/${name}/start.json`, JSON.stringify(start));
  }

  async end(key: string, name: string, end: AttemptEnd, reason?: string): Promise<void> {
    await this.#access.putText(`${key}/${name}/end.json`, JSON.stringify({ end, reason }));
  }

  /** Returns the attempts of a job, in no order. */
  async list(key: string): Promise<Attempt[]> {
    const names = await this.#access.list(`${key}/`);
    const started = names.flatMap((name) => /^[^/]+\/([^/]+)\/start\.json$/.exec(name)?.[1] ?? []);
    const attempts: Attempt[] = [];
    for (const name of started) {
      const start = await this.#access.getJson(`${key}/${name}/start.json`, startSchema);
      const end = names.includes(`${key}/${name}/end.json`)
        ? await this.#access.getJson(`${key}/${name}/end.json`, endSchema)
        : undefined;
      if (start) attempts.push({ ...start, name, end: end?.end, reason: end?.reason });
    }
    return attempts;
  }

  /** Returns the last attempt that has not ended: it goes on, or its worker is dead. @returns undefined if there is none */
  async open(key: string): Promise<Attempt | undefined> {
    const all = await this.list(key);
    return all.filter(({ end }) => end === undefined).sort((a, b) => b.time - a.time)[0];
  }

  /** Forgets the attempts of jobs that are to be tried anew; their logs stay. */
  async forget(key: string): Promise<void> {
    const names = await this.#access.list(`${key}/`);
    await this.#access.delete(names.filter((name) => /^[^/]+\/[^/]+\/(?:start|end)\.json$/.test(name)));
  }

  async putLog(key: string, name: string, text: string): Promise<void> {
    await this.#access.putText(logOf(key, name), text);
  }

  /** @returns undefined if there is no log */
  async getLog(key: string, name: string): Promise<string | undefined> {
    return this.#access.getText(logOf(key, name));
  }
}

const logOf = (key: string, name: string): string => `${key}/${name}/log.txt`;
