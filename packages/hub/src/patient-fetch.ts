/** The hub is busy: it may have an answer a little later. */
const BUSY = [429, 502, 503, 504];

/** Milliseconds that are waited at most when the hub says how long to wait. */
const LONGEST_WAIT = 60_000;

/** A `fetch` that asks again, up to `retries` times, while the hub is busy: as late as it says, or later and later. */
export function patientFetch(inner: typeof fetch, retries: number): typeof fetch {
  return async (input, init) => {
    for (let attempt = 0; ; attempt++) {
      const response = await inner(input, init);
      const wait = retryAfter(response.headers) ?? backoff(attempt);
      if (!BUSY.includes(response.status) || attempt === retries || wait > LONGEST_WAIT) return response;
      await response.body?.cancel();
      await pause(wait);
    }
  };
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

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
