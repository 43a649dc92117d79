import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../store/results.ts';
import type { ResultStore } from '../store/store.ts';

/** A result on this machine. */
export interface Parent {
  readonly folder: string;
  readonly result: Result;
}

interface Entry {
  readonly parent: Promise<Parent>;
  bytes: number;
  users: number;
}

/**
 * Results that trainings of this worker read. Many trainings share their parents, so that those used last stay on this machine.
 */
export class Parents {
  readonly #store: ResultStore;
  readonly #folder: string;
  readonly #most: number;
  /** The one that was used last comes last. */
  readonly #entries = new Map<string, Entry>();

  /** @param most bytes of results that nobody uses now */
  constructor(store: ResultStore, folder: string, most: number) {
    this.#store = store;
    this.#folder = folder;
    this.#most = most;
  }

  /** Returns a result, which stays until it is released. @throws StoreError `missing` if there is none yet */
  async hold(key: string): Promise<Parent> {
    const entry = this.#entries.get(key) ?? this.#download(key);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    try {
      return await entry.parent;
    } catch (error) {
      entry.users--;
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  async release(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry) entry.users--;
    let bytes = [...this.#entries.values()].reduce((sum, each) => sum + each.bytes, 0);
    for (const [old, each] of [...this.#entries]) {
      if (bytes <= this.#most) return;
      if (each.users > 0) continue;
      this.#entries.delete(old);
      bytes -= each.bytes;
      await rm((await each.parent).folder, { recursive: true, force: true });
    }
  }

  #download(key: string): Entry {
    // A folder of its own: an earlier one of this key may just be in removal.
    const folder = join(this.#folder, String(++this.#count), key);
    const entry: Entry = {
      parent: this.#store.results.download(key, folder).then((result) => {
        entry.bytes = result.files.reduce((sum, { size }) => sum + size, 0);
        return { folder, result };
      }),
      bytes: 0,
      users: 0,
    };
    return entry;
  }

  #count = 0;
}
