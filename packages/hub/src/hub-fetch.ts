import { HubError } from './errors.ts';
import { type HubName, words } from './hub-name.ts';
import { retryAfter } from './patient-fetch.ts';

/** A `fetch` for one repository whose failures are errors that say what to do. */
export function hubFetch(name: HubName, inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    let response: Response;
    try {
      response = await inner(input, init);
    } catch (cause) {
      if (init?.signal?.aborted) throw cause;
      throw unreachable(name, cause);
    }
    if (response.ok || response.headers.get('x-error-code') === 'EntryNotFound') return response;
    await response.body?.cancel();
    throw refusal(name, response);
  };
}

/** The error for a connection that could not be made or broke. */
export function unreachable({ label }: HubName, cause: unknown): HubError {
  const what = 'the hub could not be reached';
  const todo = 'Check the connection (HF_ENDPOINT names another hub), or give a local folder.';
  return new HubError('unreachable', label, `${what}: ${describeCause(cause)}. ${todo}`, { cause });
}

/** `fetch failed` alone helps nobody: the reason is in its cause. */
function describeCause(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}

function refusal({ kind, label }: HubName, { status, headers }: Response): HubError {
  const { noun } = words[kind];
  const code = headers.get('x-error-code');
  if (code === 'GatedRepo' || (status === 403 && code === null)) {
    const todo = 'Ask for access on its page, then set HF_TOKEN to an access token of your account.';
    return new HubError('gated', label, `the authors give access on request. ${todo}`);
  }
  if (code === 'RevisionNotFound') {
    return new HubError('not-found', label, `the ${noun} has no such revision. Check what follows the @.`);
  }
  if (status === 404 || code === 'RepoNotFound') {
    const todo = `Check the spelling; for a private ${noun} set HF_TOKEN.`;
    return new HubError('not-found', label, `the hub has no such ${noun}, or it is private. ${todo}`);
  }
  if (status === 401) {
    return new HubError('unauthorized', label, 'the hub did not accept the access token. Check HF_TOKEN.');
  }
  if (status === 429) {
    const wait = retryAfter(headers);
    const when = wait === undefined ? 'later' : `in ${Math.ceil(wait / 1000)} seconds`;
    const todo = `Try again ${when}; with an access token (HF_TOKEN) the hub allows more.`;
    return new HubError('refused', label, `the hub had too many requests from here (429). ${todo}`);
  }
  return new HubError('refused', label, `the hub answered ${status}. Try again later.`);
}
