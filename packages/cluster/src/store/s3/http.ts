import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { partsOf } from '../blobs.ts';

/** A request of a store. */
export interface StoreRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body?: Blob | undefined;
  /** Ends the waiting for the answer. */
  readonly signal: AbortSignal;
}

/** Statuses of answers that have no body. */
const withoutBody = [204, 205, 304];

/**
 * Sends a request, as `fetch` does, without following redirects. It does not use `fetch`: the client behind it ends the process, in
 * many versions of Node, if a connection ends while its answer waits to be read (nodejs/undici#5360).
 */
export function send(url: string, { method, headers, body, signal }: StoreRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? secure : plain;
    const length = body && { 'content-length': String(body.size) };
    const outgoing = request(url, { method, signal, headers: { ...Object.fromEntries(headers), ...length } });
    outgoing.on('error', reject).on('response', (incoming) => resolve(responseOf(incoming)));
    if (body) pipeline(partsOf(body), outgoing).catch(reject);
    else outgoing.end();
  });
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 502, statusMessage: statusText = '' } = incoming;
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (!withoutBody.includes(status)) return new Response(bodyOf(incoming), { status, statusText, headers });
  incoming.resume();
  return new Response(null, { status, statusText, headers });
}

/** Node declares the streams of the web twice. */
const bodyOf = (incoming: IncomingMessage): ReadableStream =>
  Readable.toWeb(incoming) satisfies NodeStream as ReadableStream;
