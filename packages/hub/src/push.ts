import { findAccessToken } from './access-token.ts';
import { hubUrl } from './endpoint.ts';
import { HubError } from './errors.ts';
import { checkInside, parseHubName } from './hub-name.ts';
import { hubSend } from './hub-send.ts';
import { nodeModules } from './node.ts';
import type { HubOptions } from './open-repository.ts';
import { originSend } from './origin-send.ts';
import { asFetch, type Send } from './send.ts';

/** Options of {@link pushFiles}. The access token needs write access. */
export interface PushOptions extends Pick<HubOptions, 'endpoint' | 'accessToken' | 'signal' | 'fetch'> {
  /** Whether the repository is private if it is made now. Default: as the owner has set it, usually public. */
  readonly private?: boolean;
  /** First line of the commit. Default: `Add N files`. */
  readonly message?: string;
}

/** A commit on the hub. */
export interface PushedCommit {
  /** Hash of the commit. */
  readonly commit: string;
  /** Page of the repository. */
  readonly url: string;
}

/** Stands for the access token, which `@huggingface/hub` never receives; `originSend` puts the real one in. */
const placeholder = 'hf_';

/**
 * Uploads files to a model repository of the hub in one commit. The repository is made if it does not exist. Other files
 * of the repository stay as they are.
 *
 * @param name `owner/name`, or `owner/name@branch`
 * @param files content by path
 * @throws HubError with the reason and what to do; the reason of the signal. Nothing is committed then.
 */
export async function pushFiles(
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  options: PushOptions = {},
): Promise<PushedCommit> {
  const parsed = parseHubName(name);
  const { repo, revision, label } = parsed;
  const { signal, message } = options;
  signal?.throwIfAborted();
  if (!repo.includes('/')) throw new HubError('name', label, 'a repository has an owner; give user/name.');
  for (const path of Object.keys(files)) checkInside(parsed, path);
  const node = nodeModules();
  const accessToken = await findAccessToken(options.accessToken, node, label);
  if (accessToken === undefined)
    throw new HubError(
      'unauthorized',
      label,
      'an access token with write access is needed. Set HF_TOKEN, or sign in with hf auth login.',
    );
  const url = await hubUrl(options.endpoint, label);
  const hub = await import('@huggingface/hub');
  const once = originSend({
    ...{ name: parsed, hubUrl: url, accessToken, fetch: options.fetch ?? fetch, byHand: node !== undefined },
  });
  const send = hubSend(parsed, allowedToWrite(once, label), signal);
  const target = { repo: { type: 'model' as const, name: repo }, hubUrl: url, accessToken: placeholder };
  try {
    await hub.createRepo({
      ...target,
      ...(options.private === undefined ? {} : { visibility: options.private ? 'private' : 'public' }),
      fetch: asFetch(hubSend(parsed, orExists(allowedToWrite(once, label)), signal)),
    });
    const pushed = await hub.uploadFiles({
      ...target,
      ...{ branch: revision, fetch: asFetch(send), useXet: false, useWebWorkers: false },
      ...(signal ? { abortSignal: signal } : {}),
      ...(message === undefined ? {} : { commitTitle: message }),
      files: Object.entries(files).map(([path, content]) => ({
        path,
        content: new Blob([content as string | Uint8Array<ArrayBuffer>]),
      })),
    });
    if (!pushed) throw new TypeError('there is no commit');
    return { commit: pushed.commit.oid, url: `${url}/${repo}` };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (cause instanceof HubError) throw cause;
    throw new HubError(
      'refused',
      label,
      `the hub's answer was not understood: ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  }
}

/** Says that a token may not write where the hub refuses it. */
function allowedToWrite(inner: Send, label: string): Send {
  return async (url, init) => {
    const response = await inner(url, init);
    if (response.status !== 401 && response.status !== 403) return response;
    await response.body?.cancel();
    throw new HubError(
      'unauthorized',
      label,
      'the access token may not write there. Check the owner, and make a token with write access (HF_TOKEN).',
    );
  };
}

/** Takes the answer that a repository exists for success. */
function orExists(inner: Send): Send {
  return async (url, init) => {
    const response = await inner(url, init);
    return response.status === 409 ? Response.json({ url: '', id: '' }) : response;
  };
}
