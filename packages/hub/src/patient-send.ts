import type { Send } from './send.ts';
import { StallError } from './stall.ts';

/** Statuses of a busy or failing hub, which may answer later. */
const BUSY = [429, 500, 502, 503, 504];

/** Error codes of connections that broke or were not answered. Unknown hosts are not retried. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'];

/** Maximum wait in milliseconds when the hub says how long to wait. */
const LONGEST_WAIT = 60_000;

/**
 * Returns a `Send` that retries up to `retries` times while the hub is busy or the connection breaks or stalls. It
 * waits as long as the hub says, or with exponential backoff.
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

/** Returns whether a request failed in a way that may be temporary. */
function isBroken(error: unknown): boolean {
  if (error instanceof StallError) return true;
  const { message, cause, code } = error as Error & { code?: unknown };
  if (BROKEN.includes(String(code)) || (cause instanceof Error && isBroken(cause))) return true;
  // Deno has no codes.
  return /connection (?:reset|closed)|broken pipe|closed before/i.test(message);
}

/** Returns the milliseconds until the time of a `Retry-After` header, given in seconds or as a date. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/**
 * Returns the milliseconds to wait after a failed attempt, counted from 0: a quarter of a second, doubled each time.
 */
export function backoff(attempt: number): number {
  return 250 * 2 ** attempt;
}

/** Waits. Throws the signal's reason as soon as it is aborted. */
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
