import { HubError } from './errors.ts';
import { hubFetch } from './hub-fetch.ts';
import type { HubName } from './hub-name.ts';
import { patientFetch } from './patient-fetch.ts';

const COMMIT = /^[0-9a-f]{40}$/;
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A file as the hub describes it. */
export interface RemoteFile {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes for a large file, the git blob id for a small one; names the file in the cache. */
  readonly etag: string;
}

/** Questions to the hub about one repository; every failure is a `HubError`. */
export interface HubRemote {
  /** The commit that a branch or tag points to now. */
  commit(revision: string): Promise<string>;
  /** What the hub says about a file; `undefined` where there is no such file. */
  find(commit: string, name: string): Promise<RemoteFile | undefined>;
  /** Names of the files in a folder and those below it; none where there is no such folder. */
  list(commit: string, folder: string): Promise<readonly string[]>;
  /** The bytes of a file, streamed from the hub when they are read. */
  download(commit: string, name: string): Promise<Blob>;
}

/** How to reach the hub. */
export interface HubConnection {
  readonly hubUrl: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof fetch;
  readonly retries: number;
}

/** The hub by way of `@huggingface/hub`, which is loaded now. */
export async function connect(name: HubName, connection: HubConnection): Promise<HubRemote> {
  const hub = await import('@huggingface/hub');
  const { label, kind } = name;
  const { hubUrl, accessToken } = connection;
  const patient = patientFetch(connection.fetch, connection.retries);
  const shared = { hubUrl, fetch: hubFetch(name, patient), ...(accessToken && { accessToken }) };
  const repo = { type: kind, name: name.repo };
  const notUnderstood = (what: string, cause?: unknown): HubError =>
    new HubError('refused', label, `the hub's answer was not understood: ${what}.`, { cause });
  const ask = async <T>(question: Promise<T>): Promise<T> =>
    question.catch((cause: unknown) => {
      if (cause instanceof HubError) throw cause;
      throw notUnderstood((cause as Error).message, cause);
    });
  return {
    commit: async (branch) => {
      const query = { ...shared, name: name.repo, revision: branch, additionalFields: ['sha' as const] };
      const { sha } = await ask<{ sha: string }>(
        kind === 'model' ? hub.modelInfo(query) : hub.datasetInfo(query),
      );
      if (!COMMIT.test(sha)) throw notUnderstood(`the commit ${sha}`);
      return sha;
    },
    find: async (commit, path) => {
      const found = await ask(hub.pathsInfo({ ...shared, repo, revision: commit, paths: [path] }));
      const file = found.find((each) => each.path === path && each.type === 'file');
      if (!file) return undefined;
      // The hash becomes the name of a file in the cache, so it must be one.
      const etag = file.lfs?.oid ?? file.oid ?? '';
      if (!HASH.test(etag)) throw notUnderstood(`the hash ${etag} of ${path}`);
      return { size: file.size, etag };
    },
    list: async (commit, path) => {
      const names: string[] = [];
      const query = { ...shared, repo, revision: commit, path, recursive: true };
      const collect = async (): Promise<void> => {
        for await (const entry of hub.listFiles(query)) if (entry.type === 'file') names.push(entry.path);
      };
      const isMissing = (cause: unknown): boolean =>
        cause instanceof hub.HubApiError && cause.statusCode === 404;
      await ask(
        collect().catch((cause: unknown) => {
          if (!isMissing(cause)) throw cause;
        }),
      );
      return names;
    },
    download: async (commit, path) => {
      const file = { repo, revision: commit, path };
      const info = await ask(hub.fileDownloadInfo({ ...shared, ...file }));
      if (!info) throw notUnderstood(`${path} is listed but not there`);
      // The transfer itself has its own answers to some refusals, so it gets the plain ones.
      const plain = { ...shared, fetch: patient };
      return (await ask(hub.downloadFile({ ...plain, ...file, downloadInfo: info })))!;
    },
  };
}
