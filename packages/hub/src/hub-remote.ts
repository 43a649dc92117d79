import { HubError } from './errors.ts';
import { HubListing } from './hub-listing.ts';
import type { HubName } from './hub-name.ts';
import { hubSend, pageInstead } from './hub-send.ts';
import { originSend } from './origin-send.ts';
import { patientSend } from './patient-send.ts';
import { show } from './printable.ts';
import { asFetch, limited, type Send, withBody } from './send.ts';
import { unlessStalled } from './stall.ts';

const COMMIT = /^[0-9a-f]{40}$/;
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Maximum total size in bytes of the responses to one request. A page of a thousand files has half a million bytes. */
const LARGEST_RESPONSE = 64 * 2 ** 20;

/** A file as the hub describes it. */
export interface RemoteFile {
  /** Size in bytes. */
  readonly size: number;
  /** SHA-256 of the bytes for a large file, git blob id for a small one. It names the file in the cache. */
  readonly etag: string;
}

/** The bytes of a file from `begin`, which is 0 if the server does not support ranges. */
export interface Download {
  readonly begin: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Requests to the hub about one repository. Every failure is a `HubError`, or the reason of the signal. */
export interface HubRemote {
  /** Returns the commit that a branch or tag currently points to. */
  commit(revision: string): Promise<string>;
  /** Returns the hub's description of a file, or `undefined` if there is no such file. */
  find(commit: string, name: string): Promise<RemoteFile | undefined>;
  /** Returns the names of the files in a folder and below it; none if there is no such folder. */
  list(commit: string, folder: string): Promise<readonly string[]>;
  /** Downloads the bytes of a file from a position. */
  download(commit: string, name: string, file: RemoteFile, begin: number): Promise<Download>;
  /** Returns the bytes of a file, fetched when they are read. A slice fetches only its range. */
  blob(commit: string, name: string, file: RemoteFile): Promise<Blob>;
}

/** How to reach the hub. */
export interface HubConnection {
  readonly hubUrl: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof fetch;
  /** Whether redirects are followed by this library rather than by the browser. */
  readonly byHand: boolean;
  readonly retries: number;
  /** Milliseconds without a byte after which a request is aborted. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** Connects to the hub with `@huggingface/hub`, which is loaded now. The library never receives the access token. */
export async function connect(name: HubName, connection: HubConnection): Promise<HubRemote> {
  const hub = await import('@huggingface/hub');
  const { label, kind } = name;
  const { hubUrl, accessToken, retries, timeout, signal } = connection;
  const once = unlessStalled(originSend({ name, ...connection }), timeout, signal);
  const patient = (send: Send): Send => hubSend(name, patientSend(send, retries, signal), signal);
  const repo = { type: kind, name: name.repo };
  const notUnderstood = (what: string, cause?: unknown): HubError =>
    new HubError('refused', label, `the hub's answer was not understood: ${what}.`, { cause });

  /**
   * Runs a request with bounded responses. Errors that contain the token, because a server sent it back, are replaced.
   */
  const ask = async <T>(question: (send: Send) => Promise<T>): Promise<T> => {
    let left = LARGEST_RESPONSE;
    const whole: Send = async (url, init) => {
      const response = await once(url, init);
      const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
      if (response.ok && !isJson) {
        await response.body?.cancel();
        throw isPage(response) ? pageInstead(name) : notUnderstood('it is not JSON');
      }
      const tooMuch = (): HubError => notUnderstood(`it has more than ${LARGEST_RESPONSE / 2 ** 20} MiB`);
      const body = await limited(response, left, tooMuch).arrayBuffer();
      left -= body.byteLength;
      return withBody(response, body.byteLength > 0 ? body : null);
    };
    return question(patient(whole)).catch((cause: unknown) => {
      if (signal?.aborted) throw signal.reason;
      throw withoutToken(cause instanceof HubError ? cause : notUnderstood((cause as Error).message, cause));
    });
  };
  const withoutToken = (error: HubError): HubError => {
    const texts = [error, error.cause].map((each) => (each instanceof Error ? each.stack : String(each)));
    if (!accessToken || !texts.some((text) => text?.toLowerCase().includes(accessToken.toLowerCase())))
      return error;
    return new HubError(error.reason, label, 'the hub sent the access token back; its answer is not used.');
  };
  const place = (commit: string, path: string): URL => {
    const parts = [...(kind === 'dataset' ? ['datasets'] : []), name.repo, 'resolve', commit];
    return new URL([hubUrl, ...parts, ...path.split('/').map(encodeURIComponent)].join('/'));
  };
  /** Fetches the bytes of a file. */
  const bytes: Send = async (url, init) => {
    const response = await patient(once)(url, init).catch((error: unknown) => {
      throw error instanceof HubError ? withoutToken(error) : error;
    });
    if (response.ok && !(isPage(response) && !/\.html?$/i.test(url.pathname))) return response;
    await response.body?.cancel();
    throw response.ok ? pageInstead(name) : notUnderstood('a file is listed but not there');
  };
  return {
    commit: (branch) =>
      ask(async (send) => {
        const query = { hubUrl, fetch: asFetch(send), name: name.repo, revision: branch };
        const more = { ...query, additionalFields: ['sha' as const] };
        const { sha } = await (kind === 'model' ? hub.modelInfo(more) : hub.datasetInfo(more));
        if (typeof sha !== 'string' || !COMMIT.test(sha)) throw notUnderstood(`the commit ${show(sha)}`);
        return sha;
      }),
    find: (commit, path) =>
      ask(async (send) => {
        const query = { hubUrl, fetch: asFetch(send), repo, revision: commit };
        const found = await hub.pathsInfo({ ...query, paths: [path] });
        const other = found.find((each) => each.path !== path);
        if (other) throw notUnderstood(`it describes ${show(other.path)} in place of ${path}`);
        const file = found.find(({ type }) => type === 'file');
        if (!file) return undefined;
        // The hash becomes the name of a file in the cache, so its form is checked.
        const etag = file.lfs?.oid ?? file.oid;
        if (typeof etag !== 'string' || !HASH.test(etag))
          throw notUnderstood(`the hash ${show(etag)} of ${path}`);
        const { size } = file;
        if (!Number.isSafeInteger(size) || size < 0) throw notUnderstood(`the size ${show(size)} of ${path}`);
        return { size, etag };
      }),
    list: (commit, path) =>
      ask(async (send) => {
        const listing = new HubListing(send, hubUrl, notUnderstood);
        const fetch = asFetch(listing.send);
        const query = { hubUrl, fetch, repo, revision: commit, path, recursive: true };
        try {
          for await (const entry of hub.listFiles(query)) listing.add(entry, path);
        } catch (error) {
          // There is no such folder.
          if (!(error instanceof hub.HubApiError && error.statusCode === 404)) throw error;
        }
        return listing.names;
      }),
    download: async (commit, path, file, begin) => {
      // The hub counts uncompressed bytes, so compression is turned off.
      const headers = new Headers({ 'accept-encoding': 'identity' });
      if (begin > 0) headers.set('range', `bytes=${begin}-${file.size - 1}`);
      const response = await bytes(place(commit, path), { headers });
      const isPart = response.status === 206;
      if (isPart && !response.headers.get('content-range')?.startsWith(`bytes ${begin}-`)) {
        await response.body?.cancel();
        throw new HubError('damaged', label, `another part of ${path} came than was asked for. Try again.`);
      }
      return { begin: isPart ? begin : 0, bytes: readAll(response) };
    },
    blob: async (commit, path, { size, etag }) => {
      const fetch = asFetch(async (url, init) => {
        const range = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init.headers).get('range') ?? '');
        const asked = range ? Number(range[2]) - Number(range[1]) + 1 : size;
        const damaged = (): HubError =>
          new HubError('damaged', label, `${path} did not come as it was asked for. Load it again.`);
        const response = await bytes(url, init);
        if (!range || asked === size || response.status === 206) return limited(response, asked, damaged);
        await response.body?.cancel();
        throw damaged();
      });
      const url = place(commit, path).href;
      const query = { hubUrl, fetch, repo, revision: commit, path, xet: false };
      const found = await hub.downloadFile({ ...query, downloadInfo: { size, etag, url } });
      return found!;
    },
  };
}

function isPage({ headers }: Response): boolean {
  return /^text\/html\b/i.test(headers.get('content-type') ?? '');
}

/** Yields the chunks of a body. Safari and older browsers cannot iterate over it. */
async function* readAll({ body }: Response): AsyncIterable<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
