import { HubError } from './errors.ts';
import { environment } from './node.ts';
import { patientSend } from './patient-send.ts';
import { asFetch, type Send } from './send.ts';
import { unlessStalled } from './stall.ts';

/** How long to wait for a server, and how often to ask. */
export interface Patience {
  /** A replacement of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** How often a busy server, or one whose connection broke, is asked again; 4 by default. */
  readonly retries?: number | undefined;
  /** Milliseconds without a byte after which a request is given up; `HF_HUB_DOWNLOAD_TIMEOUT`, in seconds; 30 seconds. */
  readonly timeout?: number | undefined;
  /** Ends whatever is going on at once; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** A `fetch` for any server that neither waits for ever nor gives up at once. @throws StallError, also from the body */
export function steadyFetch({
  fetch: inner = fetch,
  retries = 4,
  timeout,
  signal,
}: Patience = {}): typeof fetch {
  const send: Send = (url, init) => inner(url, init);
  return asFetch(patientSend(unlessStalled(send, timeout ?? downloadTimeout(), signal), retries, signal));
}

/** @throws HubError `setting` */
export function downloadTimeout(): number {
  const text = environment('HF_HUB_DOWNLOAD_TIMEOUT') ?? '30';
  const seconds = Number(text);
  // A timer of more than 24 days would go off at once.
  if (seconds > 0 && seconds <= 2_000_000) return seconds * 1000;
  throw new HubError(
    'setting',
    'HF_HUB_DOWNLOAD_TIMEOUT',
    'this is not a number of seconds above 0. Correct it.',
  );
}
