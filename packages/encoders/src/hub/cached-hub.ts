import type { RandomAccess } from '@scalearn/core';
import { fileSource } from '../folder/local-folder.ts';
import { checkFileName, decodeText, type ModelFiles, missingFile } from '../folder/model-files.ts';
import type { NodeModules } from '../folder/node.ts';
import { HubError } from './errors.ts';
import { HubCache, type OnDownload, type RemoteFile } from './hub-cache.ts';
import type { HubName } from './hub-name.ts';
import { type HubRemote, whileDownloading } from './hub-remote.ts';

/** A model of the hub by way of the cache on this machine; files are downloaded when they are asked for. */
export class CachedHub implements ModelFiles {
  readonly #node: NodeModules;
  readonly #cache: HubCache;
  readonly #model: string;
  readonly #commit: string;
  /** `undefined` uses the cache alone. */
  readonly #remote: HubRemote | undefined;
  readonly #listing = new Map<string, RemoteFile>();

  /**
   * Finds the commit of the revision first, so that all files are of one commit. Without a connection it is the last
   * one known.
   *
   * @param remote the hub; `undefined` uses the cache alone
   * @throws HubError
   */
  static async open(
    node: NodeModules,
    cacheDir: string,
    { repo, revision, label }: HubName,
    remote: HubRemote | undefined,
    onDownload?: OnDownload,
  ): Promise<CachedHub> {
    const cache = new HubCache(node, cacheDir, repo, label, onDownload);
    if (/^[0-9a-f]{40}$/.test(revision)) return new CachedHub(node, cache, label, revision, remote);
    const known = await cache.commit(revision);
    if (!remote) {
      if (known) return new CachedHub(node, cache, label, known, undefined);
      throw new HubError('offline', label, 'it is not in the cache. Unset HF_HUB_OFFLINE to download it.');
    }
    try {
      const commit = await remote.commit(revision);
      if (commit !== known) await cache.rememberCommit(revision, commit);
      return new CachedHub(node, cache, label, commit, remote);
    } catch (error) {
      const canGoOn = known && error instanceof HubError && error.reason === 'unreachable';
      if (!canGoOn) throw error;
      return new CachedHub(node, cache, label, known, undefined);
    }
  }

  private constructor(node: NodeModules, cache: HubCache, model: string, commit: string, remote?: HubRemote) {
    this.#node = node;
    this.#cache = cache;
    this.#model = model;
    this.#commit = commit;
    this.#remote = remote;
  }

  describe(): string {
    return this.#remote ? this.#model : `${this.#model} (offline, from the cache)`;
  }

  async has(name: string): Promise<boolean> {
    return (await this.#cached(name)) !== undefined || (await this.#listed(name)) !== undefined;
  }

  async text(name: string): Promise<string> {
    const source = await this.source(name);
    return decodeText(await source.read(0, source.size), name, this.describe());
  }

  async source(name: string): Promise<RandomAccess> {
    const path = (await this.#cached(name)) ?? (await this.#download(name));
    const source = await fileSource(this.#node, path);
    if (!source) throw missingFile(name, this.describe());
    return source;
  }

  async #cached(name: string): Promise<string | undefined> {
    checkFileName(name, this.describe());
    return this.#cache.find(this.#commit, name);
  }

  /** What the hub says about a file. That it has none is remembered: a commit never changes. */
  async #listed(name: string): Promise<RemoteFile | undefined> {
    const known = this.#listing.get(name);
    if (known || !this.#remote || (await this.#cache.isKnownMissing(this.#commit, name))) return known;
    const file = await this.#remote.find(this.#commit, name);
    if (file) this.#listing.set(name, file);
    else await this.#cache.rememberMissing(this.#commit, name);
    return file;
  }

  async #download(name: string): Promise<string> {
    const file = await this.#listed(name);
    if (!file || !this.#remote) throw missingFile(name, this.describe());
    const remote = this.#remote;
    const download = async () => (file.size === 0 ? new Blob([]) : remote.download(this.#commit, name));
    return whileDownloading(this.#model, this.#cache.add(this.#commit, name, file, download));
  }
}
