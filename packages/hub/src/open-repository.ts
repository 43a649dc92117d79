import { findAccessToken, isYes } from './access-token.ts';
import { CachedRepository } from './cached-repository.ts';
import { hubUrl } from './endpoint.ts';
import { cacheFolder } from './home.ts';
import { parseHubName, type RepositoryKind } from './hub-name.ts';
import { connect, type HubConnection, type HubRemote } from './hub-remote.ts';
import { environment, nodeModules } from './node.ts';
import { remoteRepository } from './remote-repository.ts';
import type { Repository } from './repository.ts';
import { downloadTimeout, type Patience } from './steady-fetch.ts';
import type { OnDownload } from './transfer.ts';

/** How to reach the hub. Options not given default to the variables that Python's `huggingface_hub` reads. */
export interface HubOptions extends Patience {
  /** URL of the hub. Default: `HF_ENDPOINT`, or the public hub. */
  readonly endpoint?: string | undefined;
  /** Folder of the cache. Default: `HF_HUB_CACHE`, or `hub` in `HF_HOME`. */
  readonly cacheDir?: string | undefined;
  /**
   * Access token for private and gated repositories. Default: `HF_TOKEN`, or the token stored by `hf auth login`. It is
   * only sent to the origin of the hub.
   */
  readonly accessToken?: string | undefined;
  /** Whether to use only the cache. Default: `HF_HUB_OFFLINE`. */
  readonly offline?: boolean | undefined;
  /** Called as the bytes of a file arrive, in Node and Deno; by default nothing is called */
  readonly onDownload?: OnDownload | undefined;
}

/**
 * Opens the files of a repository on the hub. In Node and Deno they are downloaded on request, into the cache shared
 * with Python's libraries. A cached file costs one request for the commit of its revision, or none if the revision is a
 * commit. Without a connection the cached commit is used. A browser fetches the files directly.
 *
 * @param name `owner/name` or `owner/name@revision`; the revision is a branch, a tag or a commit hash
 * @throws HubError with the reason and what to do; the reason of the signal
 */
export async function openRepository(
  name: string,
  { kind, ...options }: HubOptions & { readonly kind: RepositoryKind },
): Promise<Repository> {
  const parsed = parseHubName(name, kind);
  const { signal, retries = 4 } = options;
  signal?.throwIfAborted();
  const node = nodeModules();
  const reach = async (): Promise<HubRemote> => connect(parsed, await connectionFor(options, parsed.label));
  if (!node) {
    const remote = await reach();
    return remoteRepository(parsed, await remote.commit(parsed.revision), remote);
  }
  return CachedRepository.open({
    ...{ node, name: parsed, retries, signal, cacheDir: options.cacheDir ?? cacheFolder(node) },
    remote: isOffline(options) ? undefined : await reach(),
    onDownload: options.onDownload,
  });
}

/** Returns whether only the cache may be used. */
export function isOffline({ offline }: Pick<HubOptions, 'offline'>): boolean {
  return offline ?? isYes(environment('HF_HUB_OFFLINE') ?? environment('TRANSFORMERS_OFFLINE'));
}

/**
 * Returns how to reach the hub.
 *
 * @param label what is asked for, for messages
 * @throws HubError `setting`
 */
export async function connectionFor(
  options: Omit<HubOptions, 'cacheDir' | 'onDownload'>,
  label: string,
): Promise<HubConnection> {
  const { signal, retries = 4 } = options;
  const node = nodeModules();
  return {
    hubUrl: await hubUrl(options.endpoint, label),
    accessToken: await findAccessToken(options.accessToken, node, label),
    timeout: options.timeout ?? downloadTimeout(),
    ...{ fetch: options.fetch ?? fetch, byHand: node !== undefined, retries, signal },
  };
}
