import { CachedRepository } from './cached-repository.ts';
import { HubError } from './errors.ts';
import { parseHubName, type RepositoryKind } from './hub-name.ts';
import { connect } from './hub-remote.ts';
import { environment, nodeModules } from './node.ts';
import { remoteRepository } from './remote-repository.ts';
import type { Repository } from './repository.ts';
import type { OnDownload } from './transfer.ts';

/** How to reach the hub. Where an option is not given, the variable that Python's `huggingface_hub` reads counts. */
export interface HubOptions {
  /** URL of the hub; `HF_ENDPOINT`. */
  readonly endpoint?: string | undefined;
  /** Folder of the cache; `HF_HUB_CACHE`, else `hub` in `HF_HOME`. */
  readonly cacheDir?: string | undefined;
  /** For private and gated repositories; `HF_TOKEN`. */
  readonly accessToken?: string | undefined;
  /** Whether to use the cache alone; `HF_HUB_OFFLINE`. */
  readonly offline?: boolean | undefined;
  /** A replacement of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** How often a busy hub is asked again, and a broken download taken up where it broke; 4 by default. */
  readonly retries?: number | undefined;
  /** Called as the bytes of a file arrive, in Node and Deno. */
  readonly onDownload?: OnDownload | undefined;
}

/**
 * The files of a repository on the hub. In Node and Deno they are downloaded when they are asked for, into the cache
 * that Python's libraries share: a file that is there already costs one request for the commit of its revision, or none
 * where the revision is a commit. Without a connection the cached commit is used. A browser fetches them directly.
 *
 * @param name `owner/name` or `owner/name@revision`, the revision a branch, a tag or a commit hash
 * @throws HubError with its reason and what to do
 */
export async function openRepository(
  name: string,
  { kind, ...options }: HubOptions & { readonly kind: RepositoryKind },
): Promise<Repository> {
  const parsed = parseHubName(name, kind);
  const { HUB_URL, getHFHubCachePath } = await import('@huggingface/hub');
  const hubUrl = (options.endpoint ?? environment('HF_ENDPOINT') ?? HUB_URL).replace(/\/+$/, '');
  const accessToken = options.accessToken ?? environment('HF_TOKEN');
  if (accessToken && !accessToken.startsWith('hf_')) {
    throw new HubError(
      'unauthorized',
      parsed.label,
      'the access token does not start with hf_. Check HF_TOKEN.',
    );
  }
  const retries = options.retries ?? 4;
  const reach = { hubUrl, accessToken, fetch: options.fetch ?? fetch, retries };
  const node = nodeModules();
  if (!node) {
    const remote = await connect(parsed, reach);
    return remoteRepository(parsed, await remote.commit(parsed.revision), remote);
  }
  const offline = options.offline ?? /^(1|true|yes|on)$/i.test(environment('HF_HUB_OFFLINE') ?? '');
  return CachedRepository.open({
    ...{ node, name: parsed, retries, cacheDir: options.cacheDir ?? getHFHubCachePath() },
    remote: offline ? undefined : await connect(parsed, reach),
    onDownload: options.onDownload,
  });
}
