import { HubError } from './errors.ts';
import type { HubName } from './hub-name.ts';
import type { RemoteFile } from './hub-remote.ts';
import { type NodeModules, systemErrorCode } from './node.ts';
import { Transfer, type TransferOptions } from './transfer.ts';

/**
 * The folder of one repository in the cache shared with Python's `huggingface_hub`. `blobs/<etag>` holds bytes,
 * `snapshots/<commit>/<name>` links to them, `refs/<revision>` holds a commit, and `.no_exist/<commit>/<name>` records
 * that a file does not exist (https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
 */
export class HubCache {
  readonly #node: NodeModules;
  readonly #folder: string;
  readonly #name: HubName;

  constructor(node: NodeModules, cacheDir: string, name: HubName) {
    this.#node = node;
    this.#folder = node.path.join(cacheDir, `${name.kind}s--${name.repo.replaceAll('/', '--')}`);
    this.#name = name;
  }

  /** Returns the commit that a branch or tag pointed to when it was last requested. */
  async commit(revision: string): Promise<string | undefined> {
    const text = await this.#node.fs.readFile(this.#path('refs', revision), 'utf8').catch(() => undefined);
    return /^[0-9a-f]{40}$/.exec(text?.trim() ?? '')?.[0];
  }

  /** Returns the commits with cached files. */
  async commits(): Promise<readonly string[]> {
    const names = await this.#node.fs.readdir(this.#path('snapshots')).catch(() => []);
    return names.filter((name) => /^[0-9a-f]{40}$/.test(name)).sort();
  }

  async rememberCommit(revision: string, commit: string): Promise<void> {
    await this.#remember(this.#path('refs', revision), commit);
  }

  /** Returns the path of a file that is completely cached. */
  async find(commit: string, name: string): Promise<string | undefined> {
    const path = this.#path('snapshots', commit, name);
    return (await this.#exists(path)) ? path : undefined;
  }

  /** Returns the names of the completely cached files in a folder and below it. */
  async list(commit: string, folder: string): Promise<readonly string[]> {
    const { fs, path } = this.#node;
    const snapshot = this.#path('snapshots', commit);
    const options = { recursive: true, withFileTypes: true } as const;
    const entries = await fs.readdir(path.join(snapshot, folder), options).catch(() => []);
    const names = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.relative(snapshot, path.join(entry.parentPath, entry.name)));
    return names.map((name) => name.split(path.sep).join('/')).sort();
  }

  async isKnownMissing(commit: string, name: string): Promise<boolean> {
    return this.#exists(this.#path('.no_exist', commit, name));
  }

  async rememberMissing(commit: string, name: string): Promise<void> {
    await this.#remember(this.#path('.no_exist', commit, name), '');
  }

  /**
   * Adds a file to the cache and returns its path. The bytes are written to a temporary file, checked against the size
   * and the hash announced by the hub, and then renamed.
   *
   * @throws HubError `damaged` or `cache`, and the errors of the download
   */
  async add(
    commit: string,
    name: string,
    file: RemoteFile,
    how: Pick<TransferOptions, 'download' | 'retries' | 'signal' | 'onDownload'>,
  ): Promise<string> {
    const blob = this.#path('blobs', file.etag);
    if (!(await this.#exists(blob))) {
      const guard = <T>(step: Promise<T>): Promise<T> => this.#guard(step);
      const { label } = this.#name;
      await this.#guard(this.#node.fs.mkdir(this.#path('blobs'), { recursive: true }));
      await this.#checkRoom(name, file.size);
      await new Transfer({ node: this.#node, blob, label, name, file, guard, ...how }).run();
    }
    const pointer = this.#path('snapshots', commit, name);
    await this.#guard(this.#link(blob, pointer));
    return pointer;
  }

  /** Creates a relative link, so that the cache can be moved, or a copy if the file system has no links. */
  async #link(blob: string, pointer: string): Promise<void> {
    const { fs, path } = this.#node;
    await fs.mkdir(path.dirname(pointer), { recursive: true });
    const temporary = `${pointer}.${crypto.randomUUID()}`;
    try {
      await fs
        .symlink(path.relative(path.dirname(pointer), blob), temporary)
        .catch(() => fs.copyFile(blob, temporary));
      await fs.rename(temporary, pointer);
    } catch (error) {
      await fs.rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  }

  /** Checks the free space, so that a wrong size is detected before the disk is full. @throws HubError `cache` */
  async #checkRoom(name: string, size: number): Promise<void> {
    const disk = await this.#node.fs.statfs(this.#folder).catch(() => undefined);
    // Some file systems do not report it.
    if (!disk || disk.blocks === 0 || size <= disk.bavail * disk.bsize) return;
    const [needed, free] = [size, disk.bavail * disk.bsize].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`);
    const message = `${name} has ${needed}, and the disk of the cache ${this.#folder} has room for ${free}.`;
    throw new HubError('cache', this.#name.label, `${message} HF_HUB_CACHE names another place.`);
  }

  /** Records a result to save requests. Failures are ignored, because a cache may be read-only. */
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
      const why = reasons[systemErrorCode(cause) ?? ''] ?? (cause as Error).message;
      const message = `the cache ${this.#folder} cannot be written: ${why}. HF_HUB_CACHE names another place.`;
      throw new HubError('cache', this.#name.label, message, { cause });
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk is read-only',
};
