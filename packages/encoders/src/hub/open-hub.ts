import type { ModelFiles } from '../folder/model-files.ts';
import { environment, nodeModules } from '../folder/node.ts';
import { urlFolder } from '../folder/url-folder.ts';
import { CachedHub } from './cached-hub.ts';
import { HubError } from './errors.ts';
import type { OnDownload } from './hub-cache.ts';
import { hubFetch } from './hub-fetch.ts';
import { parseHubName } from './hub-name.ts';
import { connect } from './hub-remote.ts';

/** How to reach the hub. Where an option is not given, the variable that Python's `huggingface_hub` reads counts. */
export interface HubOptions {
  /** URL of the hub; `HF_ENDPOINT`. */
  readonly endpoint?: string;
  /** Folder of the cache; `HF_HUB_CACHE`, else `hub` in `HF_HOME`. */
  readonly cacheDir?: string;
  /** For private and gated models; `HF_TOKEN`. */
  readonly accessToken?: string;
  /** Whether to use the cache alone; `HF_HUB_OFFLINE`. */
  readonly offline?: boolean;
  /** A replacement of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Called as the bytes of a file arrive, in Node and Deno. */
  readonly onDownload?: OnDownload;
}

/**
 * The files of a model on the hub. In Node and Deno they are downloaded when they are asked for, into the cache that
 * Python's libraries share: a model that is there already costs one request for the commit of its revision, or none
 * where the revision is a commit. Without a connection the cached commit is used. A browser fetches them directly.
 *
 * @param name `owner/name` or `owner/name@revision`, the revision a branch, a tag or a commit hash
 * @throws HubError with its reason and what to do
 */
export async function openHub(name: string, options: HubOptions = {}): Promise<ModelFiles> {
  const parsed = parseHubName(name);
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
  const send = options.fetch ?? fetch;

  const node = nodeModules();
  if (node) {
    const offline = options.offline ?? /^(1|true|yes|on)$/i.test(environment('HF_HUB_OFFLINE') ?? '');
    const remote = offline ? undefined : await connect(parsed, { hubUrl, accessToken, fetch: send });
    return CachedHub.open(node, options.cacheDir ?? getHFHubCachePath(), parsed, remote, options.onDownload);
  }
  const withToken: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (accessToken) headers.set('authorization', `Bearer ${accessToken}`);
    return send(input, { ...init, headers });
  };
  const base = `${hubUrl}/${parsed.repo}/resolve/${encodeURIComponent(parsed.revision)}/`;
  return urlFolder(base, { name: parsed.label, fetch: hubFetch(parsed.label, withToken) });
}
