import { createHash, randomUUID } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { StoreError } from '../../errors.ts';
import { type Blobs, type Content, changedError, contentOf, type Page, pageSize } from '../blobs.ts';
import { asError, readPage, readRefusal } from './answers.ts';
import { send } from './http.ts';
import type { BucketSettings } from './settings.ts';

/** Bytes that S3 takes in one request: 5 GiB. */
const largest = 5 * 2 ** 30;
/** Bytes in a millisecond below which a connection counts as broken. */
const slowest = 50;

/** A bucket of S3, or of a service that speaks its protocol. Requests are signed with AWS Signature Version 4. */
export class BucketBlobs implements Blobs {
  readonly where: string;
  readonly #settings: BucketSettings;
  readonly #timeout: number;
  readonly #page: number;
  /** Milliseconds by which the store's clock is ahead of ours, if it said that ours is wrong. */
  #ahead = 0;

  /** @param timeout milliseconds without an answer after which a request counts as lost; by default 30 seconds */
  constructor(settings: BucketSettings, timeout = 30_000, page: number = pageSize) {
    this.#settings = settings;
    this.#page = page;
    this.#timeout = timeout;
    this.where = `s3://${settings.bucket}/${settings.prefix}`.replace(/\/$/, '');
  }

  /** Also checks that the service honors `If-None-Match`: one that ignores it would let a result be overwritten. */
  async check(): Promise<void> {
    const name = `.check-${randomUUID()}`;
    const content = await contentOf('');
    await this.putIfAbsent(name, content);
    const again = await this.putIfAbsent(name, content);
    await this.delete(name);
    if (again)
      throw new StoreError(
        'unsupported',
        `${this.where}: the service ignores If-None-Match, so that results could be overwritten; use another one`,
      );
  }

  async put(name: string, content: Content): Promise<void> {
    await this.#put(name, content, {});
  }

  async putIfAbsent(name: string, content: Content): Promise<boolean> {
    return this.#put(name, content, { 'if-none-match': '*' });
  }

  async #put(name: string, content: Content, conditions: Record<string, string>): Promise<boolean> {
    const { blob, sha256 } = content;
    const what = `${this.where}: ${name} could not be stored`;
    if (blob.size > largest)
      throw new StoreError('unsupported', `${what}: it is larger than 5 GiB, which needs an upload in parts`);
    const checksum = Buffer.from(sha256, 'hex').toString('base64');
    const headers = { ...conditions, 'x-amz-content-sha256': sha256, 'x-amz-checksum-sha256': checksum };
    const response = await this.#send('PUT', name, '', headers, blob);
    if (response.status === 412) {
      await drop(response);
      return false;
    }
    if (!response.ok) throw asError(await readRefusal(response), what);
    await drop(response);
    // A service that knows this checksum has compared it with what arrived. Of another one we read back what it has.
    const echoed = response.headers.get('x-amz-checksum-sha256');
    if ((echoed ?? (await this.#readBack(name))) === checksum) return true;
    // It is ours: a conditional request that was not the first has another answer.
    await this.delete(name);
    throw new StoreError('away', `${what}: other bytes arrived than were sent; try again`);
  }

  async #readBack(name: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const part of (await this.get(name)) ?? []) hash.update(part);
    return hash.digest('base64');
  }

  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const response = await this.#send('GET', name);
    if (response.ok) return this.#parts(name, response);
    const refusal = await readRefusal(response);
    if (refusal.status === 404 && refusal.code !== 'NoSuchBucket') return undefined;
    throw asError(refusal, `${this.where}: ${name} could not be read`);
  }

  async *#parts(name: string, response: Response): AsyncIterable<Uint8Array> {
    const reader = (response.body ?? new Blob([]).stream()).getReader();
    try {
      for (;;) {
        const { done, value } = await this.#inTime(reader.read());
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw this.#away(`${name} could not be read to its end`, error);
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no byte arrived in time')), this.#timeout);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  async list(prefix: string, next?: string): Promise<Page> {
    const start = this.#settings.prefix + prefix;
    const query = new URLSearchParams({ 'list-type': '2', prefix: start, 'encoding-type': 'url' });
    query.set('max-keys', String(this.#page));
    if (next !== undefined) query.set('continuation-token', next);
    const response = await this.#send('GET', undefined, `?${query}`);
    if (!response.ok) throw asError(await readRefusal(response), `${this.where} could not be listed`);
    return readPage(await this.#text(response), this.#settings.prefix);
  }

  async #text(response: Response): Promise<string> {
    try {
      return await this.#inTime(response.text());
    } catch (error) {
      throw this.#away('the answer broke off', error);
    }
  }

  async delete(name: string): Promise<void> {
    const response = await this.#send('DELETE', name);
    if (response.ok || response.status === 404) await drop(response);
    else throw asError(await readRefusal(response), `${this.where}: ${name} could not be deleted`);
  }

  async #send(
    method: string,
    name?: string,
    query = '',
    headers: Record<string, string> = {},
    body?: Blob,
  ): Promise<Response> {
    const { url, prefix, region, accessKeyId, secretAccessKey, sessionToken } = this.#settings;
    const path =
      name === undefined ? '/' : `/${(prefix + name).split('/').map(encodeURIComponent).join('/')}`;
    for (let corrected = false; ; corrected = true) {
      const signer = new AwsV4Signer({
        ...{ method, url: `${url}${path}${query}`, headers, accessKeyId, secretAccessKey, region },
        ...{ service: 's3', datetime: this.#time() },
        ...(sessionToken === undefined ? {} : { sessionToken }),
      });
      const signed = await signer.sign();
      const late = new AbortController();
      const timer = setTimeout(
        () => late.abort(new Error('it did not come in time')),
        this.#timeout + (body?.size ?? 0) / slowest,
      );
      // The time is for the beginning of the answer; each part of it has its own.
      const response = await send(String(signed.url), {
        method,
        headers: signed.headers,
        body,
        signal: late.signal,
      })
        .catch((error: unknown) => {
          throw this.#away('no answer', error);
        })
        .finally(() => clearTimeout(timer));
      if (corrected || !(await this.#learnsTime(response))) return response;
    }
  }

  #time(): string {
    return new Date(Date.now() + this.#ahead).toISOString().replaceAll(/[:-]|\.\d{3}/g, '');
  }

  /** A store refuses requests of a machine whose clock is wrong. Its own time is in the answer. */
  async #learnsTime(response: Response): Promise<boolean> {
    const time = Date.parse(response.headers.get('date') ?? '');
    if (response.status !== 403 || Number.isNaN(time)) return false;
    const { code } = await readRefusal(response.clone());
    if (code !== 'RequestTimeTooSkewed') return false;
    this.#ahead = time - Date.now();
    await drop(response);
    return true;
  }

  #away(what: string, cause: unknown): StoreError {
    if (cause instanceof StoreError) return cause;
    const changed = changedError(cause);
    if (changed) return changed;
    const { message, cause: inner } = cause as Error;
    const why = inner instanceof Error ? inner.message : message;
    return new StoreError('away', `${this.where}: ${what} (${why}); check the connection`, { cause });
  }
}

/** Ends an answer whose body says nothing. The connection may end before it. */
const drop = async (response: Response): Promise<void> => response.body?.cancel().catch(() => {});
