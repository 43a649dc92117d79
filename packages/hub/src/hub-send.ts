import { HubError } from './errors.ts';
import { type HubName, words } from './hub-name.ts';
import { environment, nodeModules } from './node.ts';
import { retryAfter } from './patient-send.ts';
import type { Send } from './send.ts';

/** Returns a `Send` for one repository. Its errors say what to do. */
export function hubSend(name: HubName, inner: Send, signal: AbortSignal | undefined): Send {
  return async (url, init) => {
    let response: Response;
    try {
      response = await inner(url, init);
    } catch (cause) {
      if (signal?.aborted || cause instanceof HubError) throw cause;
      throw unreachable(name, cause);
    }
    if (response.ok || response.headers.get('x-error-code') === 'EntryNotFound') return response;
    await response.body?.cancel();
    throw refusal(name, response);
  };
}

/** Returns the error for a connection that failed or broke. */
export function unreachable({ label }: HubName, cause: unknown): HubError {
  const what = 'the hub could not be reached';
  const todo = `Check the connection (HF_ENDPOINT names another hub), or give a local folder.${proxyHint()}`;
  return new HubError('unreachable', label, `${what}: ${describeCause(cause)}. ${todo}`, { cause });
}

/** Returns the error for a web page instead of a response, from a captive portal or a wrong proxy or mirror. */
export function pageInstead({ label }: HubName): HubError {
  const todo = `Sign in to the network if it asks for that, and check HF_ENDPOINT.${proxyHint()}`;
  return new HubError('unreachable', label, `a web page came instead of the hub's answer. ${todo}`);
}

/** Describes an error with its cause, because `fetch failed` alone does not say why. */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error ? `${message} (${cause.message || cause.name})` : message;
}

/**
 * Returns a hint if a proxy is set. Node uses a proxy only on request. The value is not shown, because it may hold a
 * password.
 */
function proxyHint(): string {
  const set = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
  const variable = set.find(environment);
  if (variable === undefined || !nodeModules()) return '';
  const isUsed = environment('NODE_USE_ENV_PROXY') === '1' || 'Deno' in globalThis;
  return isUsed
    ? ` A proxy is set (${variable}); check that it is right, and NO_PROXY.`
    : ` A proxy is set (${variable}), which Node uses only with NODE_USE_ENV_PROXY=1 (Node 22.21 or 24).`;
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
    const todo = 'Check HF_TOKEN, or sign in again with hf auth login.';
    return new HubError('unauthorized', label, `the hub did not accept the access token. ${todo}`);
  }
  if (status === 429) {
    const wait = retryAfter(headers);
    const when = wait === undefined ? 'later' : `in ${Math.ceil(wait / 1000)} seconds`;
    const todo = `Try again ${when}; with an access token (HF_TOKEN) the hub allows more.`;
    return new HubError('refused', label, `the hub had too many requests from here (429). ${todo}`);
  }
  if (status === 407) {
    const todo = 'Its address in HTTPS_PROXY takes a user name and a password.';
    return new HubError('unreachable', label, `the proxy asks for a sign-in (407). ${todo}`);
  }
  return new HubError('refused', label, `the hub answered ${status}. Try again later.`);
}
