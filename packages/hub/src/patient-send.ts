import type { Send } from './send.ts';
import { StallError } from './stall.ts';

/** The hub is busy or ill: it may have an answer a little later. */
const BUSY = [429, 500, 502, 503, 504];

/** Codes of connections that were made and broke, or were not answered. A host that is not there is not asked again. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'];

/** Milliseconds that are waited at most when the hub says how long to wait. */
const LONGEST_WAIT = 60_000;

/**
 * A `Send` that asks again, up to `retries` times, while the hub is busy or the connection breaks or stalls: as late as
 * the hub says, or later and later.
 */
export function patientSend(inner: Send, retries: number, signal?: AbortSignal): Send {
  return async (url, init) => {
    for (let attempt = 0; ; attempt++) {
      const isLast = attempt >= retries;
      try {
        const response = await inner(url, init);
        const wait = retryAfter(response.headers) ?? backoff(attempt);
        if (!BUSY.includes(response.status) || isLast || wait > LONGEST_WAIT) return response;
        await response.body?.cancel();
        await pause(wait, signal);
      } catch (error) {
        if (isLast || !isBroken(error)) throw error;
        await pause(backoff(attempt), signal);
      }
    }
  };
}

/** Whether a request failed in a way that may be over the next time. */
function isBroken(error: unknown): boolean {
  if (error instanceof StallError) return true;
  const { message, cause, code } = error as Error & { code?: unknown };
  if (BROKEN.includes(String(code)) || (cause instanceof Error && isBroken(cause))) return true;
  // Deno gives no codes.
  return /connection (?:reset|closed)|broken pipe|closed before/i.test(message);
}

/** Milliseconds until the time a `Retry-After` header gives, in seconds or as a date. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Milliseconds to wait after a failed attempt, the first of which is 0: a quarter of a second, then twice as long. */
export function backoff(attempt: number): number {
  return 250 * 2 ** attempt;
}

/** Waits; throws the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      fail(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      done();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
