import { type NodeModules, systemErrorCode } from '../folder/node.ts';
import { HubError } from './errors.ts';

/** A file of a model as the hub describes it. */
export interface RemoteFile {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the bytes for a large file, the git blob id for a small one; names the file in the cache. */
  readonly etag: string;
}

/** Told how many bytes of a file have arrived. */
export type OnDownload = (file: string, done: number, total: number) => void;

/**
 * The folder of one model in the cache that Python's `huggingface_hub` shares: `blobs/<etag>` holds bytes,
 * `snapshots/<commit>/<name>` links to them, `refs/<revision>` holds a commit, `.no_exist/<commit>/<name>` says that a
 * file does not exist (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
 */
export class HubCache {
  readonly #node: NodeModules;
  readonly #folder: string;
  readonly #model: string;
  readonly #onDownload: OnDownload | undefined;

  constructor(node: NodeModules, cacheDir: string, repo: string, model: string, onDownload?: OnDownload) {
    this.#node = node;
    this.#folder = node.path.join(cacheDir, `models--${repo.replaceAll('/', '--')}`);
    this.#model = model;
    this.#onDownload = onDownload;
  }

  /** The commit that a branch or tag pointed to when it was last asked for. */
  async commit(revision: string): Promise<string | undefined> {
    const text = await this.#node.fs.readFile(this.#path('refs', revision), 'utf8').catch(() => undefined);
    return /^[0-9a-f]{40}$/.exec(text?.trim() ?? '')?.[0];
  }

  async rememberCommit(revision: string, commit: string): Promise<void> {
    await this.#remember(this.#path('refs', revision), commit);
  }

  /** The path of a file that is wholly there. */
  async find(commit: string, name: string): Promise<string | undefined> {
    const path = this.#path('snapshots', commit, name);
    return (await this.#exists(path)) ? path : undefined;
  }

  async isKnownMissing(commit: string, name: string): Promise<boolean> {
    return this.#exists(this.#path('.no_exist', commit, name));
  }

  async rememberMissing(commit: string, name: string): Promise<void> {
    await this.#remember(this.#path('.no_exist', commit, name), '');
  }

  /**
   * Puts a file into the cache and returns its path. The bytes are written beside their place, compared with the size
   * and the hash that the hub announced, and only then renamed: a broken download leaves nothing behind.
   *
   * @throws HubError `damaged` or `cache`, and what reading `download` throws
   */
  async add(commit: string, name: string, file: RemoteFile, download: () => Promise<Blob>): Promise<string> {
    const blob = this.#path('blobs', file.etag);
    if (!(await this.#exists(blob))) {
      const incomplete = `${blob}.${crypto.randomUUID()}.incomplete`;
      try {
        await this.#write(incomplete, name, file, await download());
        await this.#guard(this.#node.fs.rename(incomplete, blob));
      } catch (error) {
        await this.#node.fs.rm(incomplete, { force: true }).catch(() => {});
        throw error;
      }
    }
    const pointer = this.#path('snapshots', commit, name);
    await this.#guard(this.#link(blob, pointer));
    return pointer;
  }

  async #write(path: string, name: string, file: RemoteFile, bytes: Blob): Promise<void> {
    await this.#guard(this.#node.fs.mkdir(this.#node.path.dirname(path), { recursive: true }));
    const out = await this.#guard(this.#node.fs.open(path, 'wx'));
    const hash = startHash(this.#node, file);
    let size = 0;
    try {
      for await (const chunk of bytes.stream() as unknown as AsyncIterable<Uint8Array>) {
        hash.update(chunk);
        size += chunk.length;
        if (size > file.size) break;
        await this.#guard(out.writeFile(chunk));
        this.#onDownload?.(name, size, file.size);
      }
      await this.#guard(out.sync());
    } finally {
      await out.close();
    }
    if (size === file.size && hash.digest('hex') === file.etag) return;
    const message = `${name} arrived damaged (${size} of ${file.size} bytes, or wrong ones). Try again.`;
    throw new HubError('damaged', this.#model, message);
  }

  /** A relative link, so that the cache can be moved; a copy where the system allows no links. */
  async #link(blob: string, pointer: string): Promise<void> {
    const { fs, path } = this.#node;
    await fs.mkdir(path.dirname(pointer), { recursive: true });
    const temporary = `${pointer}.${crypto.randomUUID()}`;
    await fs
      .symlink(path.relative(path.dirname(pointer), blob), temporary)
      .catch(() => fs.copyFile(blob, temporary));
    await fs.rename(temporary, pointer);
  }

  /** What is remembered saves requests and is not worth an error: a cache may be read-only. */
  async #remember(path: string, text: string): Promise<void> {
    const { fs } = this.#node;
    const temporary = `${path}.${crypto.randomUUID()}`;
    try {
      await fs.mkdir(this.#node.path.dirname(path), { recursive: true });
      await fs.writeFile(temporary, text);
      await fs.rename(temporary, path);
    } catch {
      await fs.rm(temporary, { force: true }).catch(() => {});
    }
  }

  async #exists(path: string): Promise<boolean> {
    return this.#node.fs.stat(path).then(
      () => true,
      () => false,
    );
  }

  #path(...parts: string[]): string {
    return this.#node.path.join(this.#folder, ...parts);
  }

  async #guard<T>(step: Promise<T>): Promise<T> {
    return step.catch((cause: unknown) => {
      const why = systemErrorCode(cause) === 'ENOSPC' ? 'the disk is full' : (cause as Error).message;
      const message = `the cache ${this.#folder} cannot be written: ${why}. HF_HUB_CACHE names another place.`;
      throw new HubError('cache', this.#model, message, { cause });
    });
  }
}

/** Large files are named by the SHA-256 of their bytes, small ones by git: SHA-1 of a header and the bytes. */
function startHash(node: NodeModules, file: RemoteFile): ReturnType<NodeModules['crypto']['createHash']> {
  if (file.etag.length === 64) return node.crypto.createHash('sha256');
  return node.crypto.createHash('sha1').update(`blob ${file.size}\0`);
}
