import { type DatabaseRequest, type DatabaseTable, host } from '../../environment.ts';

/** Keeps texts by name, for measurements that are not to be repeated in the next process. */
export interface TuningStore {
  /** Returns the text kept under a name; undefined if there is none. */
  read(name: string): Promise<string | undefined>;
  /** Keeps a text under a name, in place of an earlier one. It is never seen half-written. */
  write(name: string, text: string): Promise<void>;
}

/** Keeps texts in memory. */
export function memoryStore(): TuningStore {
  const texts = new Map<string, string>();
  return {
    read: async (name) => texts.get(name),
    write: async (name, text) => void texts.set(name, text),
  };
}

const [database, table] = ['scalearn', 'tuning'] as const;

/** Keeps texts in the IndexedDB of a page's origin; undefined where there is none. */
export function indexedDbStore(): TuningStore | undefined {
  const { indexedDB } = host;
  if (!indexedDB) return undefined;
  const within = async <T>(
    mode: 'readonly' | 'readwrite',
    work: (table: DatabaseTable) => DatabaseRequest<T>,
  ): Promise<T> => {
    const opening = indexedDB.open(database, 1);
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(table));
    const opened = await finished(opening);
    try {
      return await finished(work(opened.transaction(table, mode).objectStore(table)));
    } finally {
      opened.close();
    }
  };
  return {
    async read(name) {
      const text = await within('readonly', (store) => store.get(name));
      return typeof text === 'string' ? text : undefined;
    },
    async write(name, text) {
      await within('readwrite', (store) => store.put(text, name));
    },
  };
}

function finished<T>(request: DatabaseRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });
}
