import { HubError } from './errors.ts';
import type { RemoteFile } from './hub-cache.ts';
import { hubFetch, unreachable } from './hub-fetch.ts';
import type { HubName } from './hub-name.ts';

const COMMIT = /^[0-9a-f]{40}$/;
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Questions to the hub about one model; every failure is a `HubError`. */
export interface HubRemote {
  /** The commit that a branch or tag points to now. */
  commit(revision: string): Promise<string>;
  /** What the hub says about a file; `undefined` where the model has no such file. */
  find(commit: string, name: string): Promise<RemoteFile | undefined>;
  /** The bytes of a file, streamed from the hub when they are read. */
  download(commit: string, name: string): Promise<Blob>;
}

/** How to reach the hub. */
export interface HubConnection {
  readonly hubUrl: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof fetch;
}

/** The hub by way of `@huggingface/hub`, which is loaded now. */
export async function connect({ repo, label }: HubName, connection: HubConnection): Promise<HubRemote> {
  const hub = await import('@huggingface/hub');
  const { hubUrl, accessToken } = connection;
  const shared = { hubUrl, fetch: hubFetch(label, connection.fetch), ...(accessToken && { accessToken }) };
  const notUnderstood = (what: string, cause?: unknown): HubError =>
    new HubError('refused', label, `the hub's answer was not understood: ${what}.`, { cause });
  const ask = async <T>(question: Promise<T>): Promise<T> =>
    question.catch((cause: unknown) => {
      if (cause instanceof HubError) throw cause;
      throw notUnderstood((cause as Error).message, cause);
    });
  return {
    commit: async (branch) => {
      const query = { ...shared, name: repo, revision: branch, additionalFields: ['sha' as const] };
      const { sha } = await ask(hub.modelInfo(query));
      if (!COMMIT.test(sha)) throw notUnderstood(`the commit ${sha}`);
      return sha;
    },
    find: async (commit, name) => {
      const found = await ask(hub.pathsInfo({ ...shared, repo, revision: commit, paths: [name] }));
      const file = found.find(({ path, type }) => path === name && type === 'file');
      if (!file) return undefined;
      // The hash becomes the name of a file in the cache, so it must be one.
      const etag = file.lfs?.oid ?? file.oid ?? '';
      if (!HASH.test(etag)) throw notUnderstood(`the hash ${etag} of ${name}`);
      return { size: file.size, etag };
    },
    download: async (commit, name) => {
      const file = { repo, revision: commit, path: name };
      const info = await ask(hub.fileDownloadInfo({ ...shared, ...file }));
      if (!info) throw notUnderstood(`${name} is listed but not there`);
      // The transfer itself may retry refused requests, so it gets the plain fetch.
      const plain = { ...shared, fetch: connection.fetch };
      return (await ask(hub.downloadFile({ ...plain, ...file, downloadInfo: info })))!;
    },
  };
}

/** Runs a step that reads a download; a connection that breaks in the middle becomes a `HubError`. */
export async function whileDownloading<T>(model: string, step: Promise<T>): Promise<T> {
  return step.catch((cause: unknown) => {
    throw cause instanceof HubError ? cause : unreachable(model, cause);
  });
}
