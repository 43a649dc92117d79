import { HubError } from './errors.ts';
import { environment } from './node.ts';
import { patientSend } from './patient-send.ts';
import { asFetch, type Send } from './send.ts';
import { unlessStalled } from './stall.ts';

/** How long to wait for a server, and how often to retry. */
export interface Patience {
  /** Replacement of the global `fetch`, which is the default. */
  readonly fetch?: typeof fetch | undefined;
  /** Number of retries if a server is busy or a connection breaks. Default 4. */
  readonly retries?: number | undefined;
  /**
   * Milliseconds without a byte after which a request is aborted. Default: `HF_HUB_DOWNLOAD_TIMEOUT`, given in seconds,
   * or 30 seconds.
   */
  readonly timeout?: number | undefined;
  /** Aborts everything in progress; by default nothing aborts. Its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** Returns a `fetch` for any server, with timeouts and retries. @throws StallError, also from the body */
export function steadyFetch({
  fetch: inner = fetch,
  retries = 4,
  timeout,
  signal,
}: Patience = {}): typeof fetch {
  const send: Send = (url, init) => inner(url, init);
  return asFetch(patientSend(unlessStalled(send, timeout ?? downloadTimeout(), signal), retries, signal));
}

/** Returns the timeout in milliseconds. @throws HubError `setting` */
export function downloadTimeout(): number {
  const text = environment('HF_HUB_DOWNLOAD_TIMEOUT') ?? '30';
  const seconds = Number(text);
  // A timer of more than 24 days would fire at once.
  if (seconds > 0 && seconds <= 2_000_000) return seconds * 1000;
  throw new HubError(
    'setting',
    'HF_HUB_DOWNLOAD_TIMEOUT',
    'this is not a number of seconds above 0. Correct it.',
  );
}
