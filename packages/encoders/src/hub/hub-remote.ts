import { HubError } from './errors.ts';
import type { RemoteFile } from './hub-cache.ts';
import { hubFetch, unreachable } from './hub-fetch.ts';
import type { HubName } from './hub-name.ts';

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
  const ask = async <T>(question: Promise<T>): Promise<T> =>
    question.catch((cause: unknown) => {
      if (cause instanceof HubError) throw cause;
      const message = `the hub's answer was not understood: ${(cause as Error).message}.`;
      throw new HubError('refused', label, message, { cause });
    });
  return {
    commit: async (branch) => {
      const query = { ...shared, name: repo, revision: branch, additionalFields: ['sha' as const] };
      return (await ask(hub.modelInfo(query))).sha;
    },
    find: async (commit, name) => {
      const found = await ask(hub.pathsInfo({ ...shared, repo, revision: commit, paths: [name] }));
      const file = found.find(({ path, type }) => path === name && type === 'file');
      const etag = file?.lfs?.oid ?? file?.oid;
      return file && etag ? { size: file.size, etag } : undefined;
    },
    download: async (commit, name) => {
      const blob = await ask(hub.downloadFile({ ...shared, repo, revision: commit, path: name }));
      if (!blob)
        throw new HubError('refused', label, `the hub lists ${name} but does not have it. Try again later.`);
      return blob;
    },
  };
}

/** Runs a step that reads a download; a connection that breaks in the middle becomes a `HubError`. */
export async function whileDownloading<T>(model: string, step: Promise<T>): Promise<T> {
  return step.catch((cause: unknown) => {
    throw cause instanceof HubError ? cause : unreachable(model, cause);
  });
}
