import type { ListFileEntry } from '@huggingface/hub';
import type { HubError } from './errors.ts';
import { isInside } from './hub-name.ts';
import { parseLinkHeader } from './link-header.ts';
import { show } from './printable.ts';
import { type Send, withBody } from './send.ts';

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

  /**
   * Fetches a page, whose `Link` header then names the next one by its whole address.
   *
   * @throws HubError for one of another host, one that was there already, one too many, and a `Link` that is not understood
   */
  readonly send: Send = async (url, init) => {
    if (url.origin !== this.#home) throw this.#refuse(`its list of files goes on at ${url.host}`);
    if (this.#pages.has(url.href)) throw this.#refuse('its list of files goes in a circle');
    if (this.#pages.size >= MOST_PAGES) throw this.#refuse('its list of files does not end');
    this.#pages.add(url.href);
    const answer = await this.#inner(url, init);
    const header = answer.headers.get('link');
    if (!answer.ok || header === null) return answer;
    const next = this.#next(header, url);
    // The library knows one form of the header, and takes a page with another one for the last.
    const headers = new Headers(answer.headers);
    headers.delete('link');
    if (next) headers.set('link', `<${next.href}>; rel="next"`);
    return withBody(answer, answer.body, headers);
  };

  /** The page that a `Link` header names as the next one of `page`; undefined where it names none. */
  #next(header: string, page: URL): URL | undefined {
    const notUnderstood = (): HubError => this.#refuse(`its list of files has the Link ${show(header)}`);
    const links = parseLinkHeader(header);
    if (!links) throw notUnderstood();
    const nexts = links.filter(({ parameters }) => /(?:^|\s)next(?:\s|$)/i.test(parameters.get('rel') ?? ''));
    const [first] = nexts;
    if (!first) return undefined;
    // An anchor makes it the next page of something else.
    if (nexts.some(({ target, parameters }) => target !== first.target || parameters.has('anchor')))
      throw notUnderstood();
    if (!URL.canParse(first.target, page.href)) throw notUnderstood();
    const url = new URL(first.target, page.href);
    if (!/^https?:$/.test(url.protocol)) throw notUnderstood();
    url.hash = '';
    return url;
  }

  /** Takes an entry of a page. @throws HubError for a name outside the folder, and for one too many */
  add(entry: ListFileEntry, folder: string): void {
    const { type, path } = entry;
    if (!['file', 'directory', 'unknown'].includes(type))
      throw this.#refuse('its list of files has no kinds');
    if (type !== 'file') return;
    const isIn =
      typeof path === 'string' && isInside(path) && (folder === '' || path.startsWith(`${folder}/`));
    if (!isIn) throw this.#refuse(`its list of files has ${show(path)}, which is not in ${folder}`);
    if (this.names.length >= MOST_FILES) throw this.#refuse(`its list has more than ${MOST_FILES} files`);
    this.names.push(path);
  }
}
