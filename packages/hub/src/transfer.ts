import { HubError } from './errors.ts';
import type { Download, RemoteFile } from './hub-remote.ts';
import type { NodeModules } from './node.ts';
import { backoff, pause } from './patient-send.ts';

/** Called with the number of bytes of a file that have arrived. */
export type OnDownload = (file: string, done: number, total: number) => void;

export interface TransferOptions {
  readonly node: NodeModules;
  /** Path of the complete file. */
  readonly blob: string;
  /** The repository and the file, for messages. */
  readonly label: string;
  readonly name: string;
  readonly file: RemoteFile;
  /** Downloads the file from a position. */
  readonly download: (begin: number) => Promise<Download>;
  /** Number of times that a broken connection is resumed before an error is thrown. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  readonly onDownload: OnDownload | undefined;
  /** Turns a failed file system operation into an error that says what to do. */
  readonly guard: <T>(step: Promise<T>) => Promise<T>;
}

/** Milliseconds without a byte after which the process that wrote a file is considered gone. */
const ABANDONED_AFTER = 10 * 60_000;

/**
 * The transfer of one file into the cache. Bytes are collected in `<etag>.<random>.incomplete`, which belongs to this
 * process. After a broken connection the file becomes `<etag>.part`, and the next transfer of any process continues
 * from there.
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

  /** Runs the transfer. @throws HubError `damaged` or `cache`, and the errors of reading the download */
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

  /** Reads until the size is reached. A broken connection is resumed where it broke. */
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
    // A server without range requests sends everything again.
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

  /** Takes over the bytes of an earlier transfer. Returns whether there were any. */
  async #adopt(): Promise<boolean> {
    const { fs } = this.#to.node;
    for (const path of [`${this.#to.blob}.part`, ...(await this.#abandoned())]) {
      // The process that renames the file owns it.
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

/**
 * Starts the hash of a file. Large files are named by the SHA-256 of their bytes, small ones by git: SHA-1 of a header
 * and the bytes.
 */
function startHash({ node, file }: TransferOptions): ReturnType<NodeModules['crypto']['createHash']> {
  if (file.etag.length === 64) return node.crypto.createHash('sha256');
  return node.crypto.createHash('sha1').update(`blob ${file.size}\0`);
}
