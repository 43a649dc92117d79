import { HubError } from './errors.ts';
import { HubCache } from './hub-cache.ts';
import { checkInside, type HubName } from './hub-name.ts';
import type { HubRemote, RemoteFile } from './hub-remote.ts';
import { unreachable } from './hub-send.ts';
import type { NodeModules } from './node.ts';
import type { Repository } from './repository.ts';
import type { OnDownload } from './transfer.ts';

export interface CachedRepositoryOptions {
  readonly node: NodeModules;
  readonly cacheDir: string;
  readonly name: HubName;
  /** The hub. If `undefined`, only the cache is used. */
  readonly remote: HubRemote | undefined;
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  readonly onDownload: OnDownload | undefined;
}

/** A repository accessed through the cache on this machine. Files are downloaded on request. */
export class CachedRepository implements Repository {
  readonly #cache: HubCache;
  readonly #name: HubName;
  readonly #commit: string;
  readonly #remote: HubRemote | undefined;
  readonly #options: CachedRepositoryOptions;
  readonly #files = new Map<string, RemoteFile>();

  /**
   * Opens the repository. The commit of the revision is resolved first, so that all files are of one commit. Without a
   * connection the last known commit is used.
   *
   * @throws HubError
   */
  static async open(options: CachedRepositoryOptions): Promise<CachedRepository> {
    const { node, cacheDir, name, remote } = options;
    const { revision } = name;
    const cache = new HubCache(node, cacheDir, name);
    const at = (commit: string, hub: HubRemote | undefined): CachedRepository =>
      new CachedRepository(cache, commit, { ...options, remote: hub });
    if (/^[0-9a-f]{40}$/.test(revision)) return at(revision, remote);
    const known = await cache.commit(revision);
    if (!remote) return at(known ?? (await onlySnapshot(cache, name)), undefined);
    try {
      const commit = await remote.commit(revision);
      if (commit !== known) await cache.rememberCommit(revision, commit);
      return at(commit, remote);
    } catch (error) {
      const canGoOn = error instanceof HubError && error.reason === 'unreachable';
      if (!canGoOn) throw error;
      const last = known ?? (await onlySnapshot(cache, name).catch(() => undefined));
      if (last === undefined) throw error;
      return at(last, undefined);
    }
  }

  private constructor(cache: HubCache, commit: string, options: CachedRepositoryOptions) {
    this.#cache = cache;
    this.#name = options.name;
    this.#commit = commit;
    this.#remote = options.remote;
    this.#options = options;
  }

  describe(): string {
    const { label } = this.#name;
    return this.#remote ? label : `${label} (offline, from the cache)`;
  }

  get isOffline(): boolean {
    return this.#remote === undefined;
  }

  async has(name: string): Promise<boolean> {
    return (await this.#cached(name)) !== undefined || (await this.#described(name)) !== undefined;
  }

  async size(name: string): Promise<number | undefined> {
    const path = await this.#cached(name);
    if (path !== undefined) return (await this.#options.node.fs.stat(path)).size;
    return (await this.#described(name))?.size;
  }

  async list(folder: string): Promise<readonly string[]> {
    if (folder !== '') checkInside(this.#name, folder);
    if (!this.#remote) return this.#cache.list(this.#commit, folder);
    return [...(await this.#remote.list(this.#commit, folder))].sort();
  }

  async get(name: string): Promise<string | undefined> {
    return (await this.#cached(name)) ?? (await this.#download(name));
  }

  async #cached(name: string): Promise<string | undefined> {
    checkInside(this.#name, name);
    return this.#cache.find(this.#commit, name);
  }

  /** Returns the hub's description of a file. A missing file is recorded, because a commit never changes. */
  async #described(name: string): Promise<RemoteFile | undefined> {
    const known = this.#files.get(name);
    if (known || !this.#remote || (await this.#cache.isKnownMissing(this.#commit, name))) return known;
    const file = await this.#remote.find(this.#commit, name);
    if (file) this.#files.set(name, file);
    else await this.#cache.rememberMissing(this.#commit, name);
    return file;
  }

  async #download(name: string): Promise<string | undefined> {
    const file = await this.#described(name);
    const remote = this.#remote;
    if (!file || !remote) return undefined;
    const { retries, signal, onDownload } = this.#options;
    const download = (begin: number) => remote.download(this.#commit, name, file, begin);
    // A connection that breaks during a transfer can throw any error.
    return this.#cache
      .add(this.#commit, name, file, { download, retries, signal, onDownload })
      .catch((cause: unknown) => {
        if (signal?.aborted) throw signal.reason;
        throw cause instanceof HubError ? cause : unreachable(this.#name, cause);
      });
  }
}

/**
 * Returns the only commit of a copied cache that does not record which commit `main` is.
 *
 * @throws HubError `offline`
 */
async function onlySnapshot(cache: HubCache, { revision, label }: HubName): Promise<string> {
  const commits = revision === 'main' ? await cache.commits() : [];
  const [commit] = commits;
  if (commit !== undefined && commits.length === 1) return commit;
  const what =
    commits.length > 1
      ? `the cache does not say which of its commits is meant: ${commits.join(', ')}. Name one after an @`
      : 'it is not in the cache. Unset HF_HUB_OFFLINE to download it';
  throw new HubError('offline', label, `${what}.`);
}
