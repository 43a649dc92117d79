import { HubError } from './errors.ts';

/** A `fetch` for one model whose failures are errors that say what to do. */
export function hubFetch(model: string, inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    let response: Response;
    try {
      response = await inner(input, init);
    } catch (cause) {
      if (init?.signal?.aborted) throw cause;
      throw unreachable(model, cause);
    }
    const code = response.headers.get('x-error-code');
    if (response.ok || code === 'EntryNotFound') return response;
    await response.body?.cancel();
    throw refusal(model, response.status, code);
  };
}

/** The error for a connection that could not be made or broke. */
export function unreachable(model: string, cause: unknown): HubError {
  const what = 'the hub could not be reached';
  const todo = 'Check the connection (HF_ENDPOINT names another hub), or give a local folder.';
  return new HubError('unreachable', model, `${what}: ${describeCause(cause)}. ${todo}`, { cause });
}

/** `fetch failed` alone helps nobody: the reason is in its cause. */
function describeCause(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}

function refusal(model: string, status: number, code: string | null): HubError {
  if (code === 'GatedRepo' || (status === 403 && code === null)) {
    const todo = 'Ask for access on its page, then set HF_TOKEN to an access token of your account.';
    return new HubError('gated', model, `the authors give access on request. ${todo}`);
  }
  if (code === 'RevisionNotFound') {
    return new HubError('not-found', model, 'the model has no such revision. Check what follows the @.');
  }
  if (status === 404 || code === 'RepoNotFound') {
    const todo = 'Check the spelling; for a private model set HF_TOKEN.';
    return new HubError('not-found', model, `the hub has no such model, or it is private. ${todo}`);
  }
  if (status === 401) {
    return new HubError('unauthorized', model, 'the hub did not accept the access token. Check HF_TOKEN.');
  }
  return new HubError('refused', model, `the hub answered ${status}. Try again later.`);
}
