import type { ListFileEntry } from '@huggingface/hub';
import type { HubError } from './errors.ts';
import { isInside } from './hub-name.ts';
import type { Send } from './send.ts';

/** Files of one folder; the hub itself advises against more than 10,000. */
const MOST_FILES = 100_000;
/** A page of the hub has a thousand files. */
const MOST_PAGES = 200;

/** A listing that comes in pages, each of which names the next: it stays on the hub, and it ends. */
export class HubListing {
  readonly names: string[] = [];
  readonly #pages = new Set<string>();
  readonly #inner: Send;
  readonly #home: string;
  readonly #refuse: (what: string) => HubError;

  constructor(inner: Send, hubUrl: string, refuse: (what: string) => HubError) {
    this.#inner = inner;
    this.#home = new URL(hubUrl).origin;
    this.#refuse = refuse;
  }

  /** Fetches a page. @throws HubError for one of another host, one that was there already, and one too many */
  readonly send: Send = async (url, init) => {
    if (url.origin !== this.#home) throw this.#refuse(`its list of files goes on at ${url.host}`);
    if (this.#pages.has(url.href)) throw this.#refuse('its list of files goes in a circle');
    if (this.#pages.size >= MOST_PAGES) throw this.#refuse('its list of files does not end');
    this.#pages.add(url.href);
    return this.#inner(url, init);
  };

  /** Takes an entry of a page. @throws HubError for a name outside the folder, and for one too many */
  add(entry: ListFileEntry, folder: string): void {
    const { type, path } = entry;
    if (!['file', 'directory', 'unknown'].includes(type))
      throw this.#refuse('its list of files has no kinds');
    if (type !== 'file') return;
    const isIn =
      typeof path === 'string' && isInside(path) && (folder === '' || path.startsWith(`${folder}/`));
    if (!isIn)
      throw this.#refuse(`its list of files has ${String(path).slice(0, 80)}, which is not in ${folder}`);
    if (this.names.length >= MOST_FILES) throw this.#refuse(`its list has more than ${MOST_FILES} files`);
    this.names.push(path);
  }
}
