import { HubError } from './errors.ts';
import { HubListing } from './hub-listing.ts';
import { parseHubName } from './hub-name.ts';
import { hubSend } from './hub-send.ts';
import { connectionFor, type HubOptions, isOffline } from './open-repository.ts';
import { originSend } from './origin-send.ts';
import { patientSend } from './patient-send.ts';
import { show } from './printable.ts';
import { limited } from './send.ts';
import { unlessStalled } from './stall.ts';

/** Maximum size in bytes of one page of results. */
const LARGEST_PAGE = 16 * 2 ** 20;
/** Maximum number of results of one page. */
const PAGE = 100;

/** A model repository that a search found. */
export interface FoundModel {
  /** `owner/name` */
  readonly name: string;
  /** The commit that `main` pointed to. */
  readonly commit: string;
  /** Number of downloads, as the hub counts them */
  readonly downloads: number;
  /** Its tags, such as `peft` and `base_model:adapter:FacebookAI/roberta-base` */
  readonly tags: readonly string[];
}

/** How to search. */
export interface SearchOptions extends Omit<HubOptions, 'cacheDir' | 'onDownload'> {
  /** Tags that a model must all have, such as `peft`; by default none */
  readonly tags?: readonly string[];
  /** Maximum number of results. Default: 20. */
  readonly most?: number;
}

/**
 * Searches the names of the models on the hub: `GET /api/models` with `search`, `filter` for each tag, and `expand` for
 * the fields of the result (https://huggingface.co/docs/hub/api). Results come by number of downloads, the most first. The
 * pages of a long answer are read only as far as they are needed, and only from the hub itself.
 *
 * @param query text that the names have
 * @throws HubError `offline` without a connection by choice; `refused` for an answer that is not understood, such as one
 * with something that is not the name of a repository; the errors of every request
 */
export async function searchModels(query: string, options: SearchOptions = {}): Promise<FoundModel[]> {
  const { tags = [], most = 20, signal } = options;
  signal?.throwIfAborted();
  const label = `search for ${show(query)}`;
  if (isOffline(options))
    throw new HubError(
      'offline',
      label,
      'the hub is not asked. Unset HF_HUB_OFFLINE, or name a folder or owner/name.',
    );
  const name = { kind: 'model', repo: query, revision: 'main', label } as const;
  const connection = await connectionFor(options, label);
  const { hubUrl: home, accessToken, timeout, retries } = connection;
  const once = unlessStalled(originSend({ name, ...connection }), timeout, signal);
  const refuse = (what: string): HubError => {
    // A server may send the access token back, and messages are logged.
    const isToken = accessToken !== undefined && what.toLowerCase().includes(accessToken.toLowerCase());
    const shown = isToken ? 'it has the access token' : what;
    return new HubError('refused', label, `the hub's answer was not understood: ${shown}.`);
  };
  const send = hubSend(name, patientSend(once, retries, signal), signal);
  const listing = new HubListing(send, home, refuse, 'models');
  const found = new Map<string, FoundModel>();
  const parameters = new URLSearchParams([
    ['search', query],
    ...tags.map((tag) => ['filter', tag]),
    ...[
      ['sort', 'downloads'],
      ['direction', '-1'],
      ['limit', String(Math.min(most, PAGE))],
    ],
    ...['sha', 'tags', 'downloads'].map((field) => ['expand', field]),
  ]);
  let next: string | undefined = `${home}/api/models?${parameters}`;
  while (next !== undefined && found.size < most) {
    const response = await listing.send(new URL(next), { headers: { accept: 'application/json' } });
    const text = await limited(response, LARGEST_PAGE, () => refuse('it is too long')).text();
    for (const entry of readPage(text, refuse)) if (found.size < most) found.set(entry.name, entry);
    next = /^<([^>]*)>/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return [...found.values()];
}

function readPage(text: string, refuse: (what: string) => HubError): FoundModel[] {
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch {
    // The cause would show what the server sent, which may be the access token.
    throw refuse('it is not JSON');
  }
  if (!Array.isArray(page)) throw refuse('it is not a list');
  return page.map((entry: unknown) => {
    const { id, sha, tags = [], downloads = 0 } = Object(entry) as Readonly<Record<string, unknown>>;
    if (typeof id !== 'string' || id.includes('@') || !isModelName(id))
      throw refuse(`${show(id)} is not the name of a model`);
    if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha))
      throw refuse(`the commit ${show(sha)} of ${id}`);
    if (!Array.isArray(tags) || !tags.every((tag): tag is string => typeof tag === 'string'))
      throw refuse(`the tags of ${id}`);
    if (typeof downloads !== 'number') throw refuse(`the downloads of ${id}`);
    return { name: id, commit: sha, tags, downloads };
  });
}

function isModelName(text: string): boolean {
  try {
    parseHubName(text);
    return true;
  } catch {
    return false;
  }
}
