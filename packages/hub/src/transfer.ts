import { HubError } from './errors.ts';
import type { Download, RemoteFile } from './hub-remote.ts';
import type { NodeModules } from './node.ts';
import { backoff, pause } from './patient-send.ts';

/** Told how many bytes of a file have arrived. */
export type OnDownload = (file: string, done: number, total: number) => void;

export interface TransferOptions {
  readonly node: NodeModules;
  /** Path of the file when it is whole. */
  readonly blob: string;
  /** The repository, and the file in it, for messages. */
  readonly label: string;
  readonly name: string;
  readonly file: RemoteFile;
  /** Fetches the file from a byte on. */
  readonly download: (begin: number) => Promise<Download>;
  /** How often a broken connection is taken up again before it is an error. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  readonly onDownload: OnDownload | undefined;
  /** Makes a failed step of the file system an error that says what to do. */
  readonly guard: <T>(step: Promise<T>) => Promise<T>;
}

/** Milliseconds without a byte after which the process that wrote a file is taken to be gone. */
const ABANDONED_AFTER = 10 * 60_000;

/**
 * The way of one file into the cache. Bytes are collected in `<etag>.<random>.incomplete`, which is this process's own.
 * After a broken connection they become `<etag>.part`, and the next transfer, of any process, goes on from there.
 */
export class Transfer {
  readonly #to: TransferOptions;
  readonly #path: string;
  #hash: ReturnType<NodeModules['crypto']['createHash']>;
  #size = 0;

  constructor(options: TransferOptions) {
    this.#to = options;
    this.#path = `${options.blob}.${crypto.randomUUID()}.incomplete`;
    this.#hash = startHash(options);
  }

  /** @throws HubError `damaged` or `cache`, and what reading the download throws */
  async run(): Promise<void> {
    const { node, blob, guard, file } = this.#to;
    await guard(node.fs.mkdir(node.path.dirname(blob), { recursive: true }));
    const continued = await this.#adopt();
    try {
      await this.#fetch();
      if (continued && !this.#isWhole()) {
        await this.#startAgain();
        await this.#fetch();
      }
    } catch (error) {
      const isWorthKeeping = this.#size > 0 && this.#size < file.size;
      await (isWorthKeeping ? node.fs.rename(this.#path, `${blob}.part`) : this.#remove()).catch(() => {});
      throw error;
    }
    if (!this.#isWhole()) {
      await this.#remove();
      throw this.#damaged();
    }
    await guard(node.fs.rename(this.#path, blob));
  }

  /** Reads until the size is reached, taking up a broken connection where it broke. */
  async #fetch(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#append();
        if (this.#size >= this.#to.file.size) return;
        throw this.#damaged();
      } catch (error) {
        const isFinal = error instanceof HubError && error.reason !== 'damaged';
        if (isFinal || this.#to.signal?.aborted || attempt >= this.#to.retries) throw error;
        await pause(backoff(attempt), this.#to.signal);
      }
    }
  }

  async #append(): Promise<void> {
    const { node, name, file, download, guard, onDownload } = this.#to;
    const from = this.#size < file.size ? await download(this.#size) : undefined;
    // A server that knows no parts sends all again.
    if (from && from.begin < this.#size) await this.#startAgain();
    const out = await guard(node.fs.open(this.#path, 'a'));
    try {
      for await (const chunk of from?.bytes ?? []) {
        if (this.#size + chunk.length > file.size) {
          this.#size = Number.POSITIVE_INFINITY;
          return;
        }
        await guard(out.writeFile(chunk));
        this.#hash.update(chunk);
        this.#size += chunk.length;
        onDownload?.(name, this.#size, file.size);
      }
      await guard(out.sync());
    } finally {
      await out.close();
    }
  }

  /** Takes over what another transfer left; whether there was anything. */
  async #adopt(): Promise<boolean> {
    const { fs } = this.#to.node;
    for (const path of [`${this.#to.blob}.part`, ...(await this.#abandoned())]) {
      // Whoever renames it has it.
      const isMine = await fs.rename(path, this.#path).then(
        () => true,
        () => false,
      );
      if (isMine) {
        await this.#hashPart();
        return this.#size > 0;
      }
    }
    return false;
  }

  async #abandoned(): Promise<string[]> {
    const { node, blob } = this.#to;
    const folder = node.path.dirname(blob);
    const prefix = `${node.path.basename(blob)}.`;
    const abandoned: string[] = [];
    for (const name of await node.fs.readdir(folder).catch(() => [])) {
      if (!name.startsWith(prefix) || !name.endsWith('.incomplete')) continue;
      const path = node.path.join(folder, name);
      const changed = await node.fs.stat(path).catch(() => undefined);
      if (changed && Date.now() - changed.mtimeMs > ABANDONED_AFTER) abandoned.push(path);
    }
    return abandoned;
  }

  async #hashPart(): Promise<void> {
    const part = await this.#to.guard(this.#to.node.fs.open(this.#path, 'r'));
    try {
      for await (const chunk of part.createReadStream({ autoClose: false })) {
        this.#hash.update(chunk as Uint8Array);
        this.#size += (chunk as Uint8Array).length;
      }
    } finally {
      await part.close();
    }
    if (this.#size > this.#to.file.size) await this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    await this.#to.guard(this.#remove());
    this.#hash = startHash(this.#to);
    this.#size = 0;
  }

  #isWhole(): boolean {
    const { size, etag } = this.#to.file;
    return this.#size === size && this.#hash.copy().digest('hex') === etag;
  }

  async #remove(): Promise<void> {
    await this.#to.node.fs.rm(this.#path, { force: true });
  }

  #damaged(): HubError {
    const { label, name, file } = this.#to;
    const message = `${name} arrived damaged (${this.#size} of ${file.size} bytes, or wrong ones). Try again.`;
    return new HubError('damaged', label, message);
  }
}

/** Large files are named by the SHA-256 of their bytes, small ones by git: SHA-1 of a header and the bytes. */
function startHash({ node, file }: TransferOptions): ReturnType<NodeModules['crypto']['createHash']> {
  if (file.etag.length === 64) return node.crypto.createHash('sha256');
  return node.crypto.createHash('sha1').update(`blob ${file.size}\0`);
}
