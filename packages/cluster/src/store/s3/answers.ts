import { StoreError } from '../../errors.ts';
import type { Page } from '../blobs.ts';

/** Reads the answer to a request for a list. The names are percent-encoded, so that every name is valid XML. */
export function readPage(xml: string, prefix: string): Page {
  if (!/<ListBucketResult[\s>]/.test(xml))
    throw new StoreError(
      'unsupported',
      'the answer to a request for a list is not one of S3; check the endpoint',
    );
  const names = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, text = '']) =>
    decodeURIComponent(unescaped(text).replaceAll('+', ' ')).slice(prefix.length),
  );
  return {
    names,
    next: xml.includes('<IsTruncated>true') ? textOf(xml, 'NextContinuationToken') : undefined,
  };
}

/** An answer that is not a success. */
export interface Refusal {
  readonly status: number;
  /** Such as `NoSuchKey`; empty if there is none. */
  readonly code: string;
  readonly message: string;
}

export async function readRefusal(response: Response): Promise<Refusal> {
  const xml = await response.text().catch(() => '');
  const message = textOf(xml, 'Message') ?? response.statusText;
  return { status: response.status, code: textOf(xml, 'Code') ?? '', message };
}

/** Codes of S3 for what may pass, whatever their status. */
const passing = ['SlowDown', 'InternalError', 'RequestTimeout', 'ServiceUnavailable', 'OperationAborted'];
/** Codes for damage on the way, which a repetition mends. */
const damage = ['BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody', 'ConditionalRequestConflict'];

/** Returns the error of an answer. @param what what was asked, for the message */
export function asError({ status, code, message }: Refusal, what: string): StoreError {
  const said = [code || `status ${status}`, message].filter(Boolean).join(': ');
  if (status >= 500 || status === 429 || status === 408 || passing.includes(code) || damage.includes(code))
    return new StoreError('away', `${what}: the store is busy or failing (${said}); try again later`);
  if (code === 'NoSuchBucket')
    return new StoreError('location', `${what}: there is no such bucket; create it, or correct its name`);
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed')
    return new StoreError(
      'setting',
      `${what}: the bucket is in another region (${said}); correct AWS_REGION`,
    );
  if (code === 'InvalidAccessKeyId' || code === 'SignatureDoesNotMatch' || code === 'ExpiredToken')
    return new StoreError('refused', `${what}: the credentials are not accepted (${said}); renew them`);
  if (status === 401 || status === 403)
    return new StoreError(
      'refused',
      `${what}: permission is denied (${said}); check the rights of the credentials`,
    );
  if (code === 'EntityTooLarge')
    return new StoreError('unsupported', `${what}: the file is larger than the store takes in one piece`);
  return new StoreError('unsupported', `${what}: the store refused it (${said})`);
}

function textOf(xml: string, tag: string): string | undefined {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return text === undefined ? undefined : unescaped(text);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10));
  });
