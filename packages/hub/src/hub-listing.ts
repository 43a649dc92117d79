import type { ListFileEntry } from '@huggingface/hub';
import type { HubError } from './errors.ts';
import { isInside } from './hub-name.ts';
import { parseLinkHeader } from './link-header.ts';
import { show } from './printable.ts';
import { type Send, withBody } from './send.ts';

/** Maximum number of files of one folder. The hub advises against more than 10,000. */
const MOST_FILES = 100_000;
/** Maximum number of pages. A page of the hub has a thousand files. */
const MOST_PAGES = 200;

/** A listing in pages, each of which links to the next. The listing must stay on the hub and must end. */
export class HubListing {
  readonly names: string[] = [];
  readonly #pages = new Set<string>();
  readonly #inner: Send;
  readonly #home: string;
  readonly #refuse: (what: string) => HubError;
  readonly #noun: string;

  /** @param noun what is listed, for messages */
  constructor(inner: Send, hubUrl: string, refuse: (what: string) => HubError, noun = 'files') {
    this.#inner = inner;
    this.#home = new URL(hubUrl).origin;
    this.#refuse = refuse;
    this.#noun = noun;
  }

  /**
   * Fetches a page and replaces its `Link` header by the absolute address of the next page.
   *
   * @throws HubError for a page of another host, a repeated page, too many pages, or an unsupported `Link`
   */
  readonly send: Send = async (url, init) => {
    if (url.origin !== this.#home) throw this.#refuse(`its list of ${this.#noun} goes on at ${url.host}`);
    if (this.#pages.has(url.href)) throw this.#refuse(`its list of ${this.#noun} goes in a circle`);
    if (this.#pages.size >= MOST_PAGES) throw this.#refuse(`its list of ${this.#noun} does not end`);
    this.#pages.add(url.href);
    const response = await this.#inner(url, init);
    const header = response.headers.get('link');
    if (!response.ok || header === null) return response;
    const next = this.#next(header, url);
    // The library knows one form of the header. It treats a page with any other form as the last page.
    const headers = new Headers(response.headers);
    headers.delete('link');
    if (next) headers.set('link', `<${next.href}>; rel="next"`);
    return withBody(response, response.body, headers);
  };

  /** Returns the next page of `page` from a `Link` header, or undefined if there is none. */
  #next(header: string, page: URL): URL | undefined {
    const notUnderstood = (): HubError =>
      this.#refuse(`its list of ${this.#noun} has the Link ${show(header)}`);
    const links = parseLinkHeader(header);
    if (!links) throw notUnderstood();
    const nexts = links.filter(({ parameters }) => /(?:^|\s)next(?:\s|$)/i.test(parameters.get('rel') ?? ''));
    const [first] = nexts;
    if (!first) return undefined;
    // With an anchor the link belongs to another page.
    if (nexts.some(({ target, parameters }) => target !== first.target || parameters.has('anchor')))
      throw notUnderstood();
    if (!URL.canParse(first.target, page.href)) throw notUnderstood();
    const url = new URL(first.target, page.href);
    if (!/^https?:$/.test(url.protocol)) throw notUnderstood();
    url.hash = '';
    return url;
  }

  /** Adds an entry of a page. @throws HubError for a name outside the folder, or for too many files */
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
