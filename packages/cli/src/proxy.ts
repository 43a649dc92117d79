import * as http from 'node:http';

/** What of Node's `http` came with Node 24.14. */
const { setGlobalProxyFromEnv } = http as { readonly setGlobalProxyFromEnv?: () => unknown };

/**
 * Lets `fetch` use the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, as `curl` and Python do. Older versions
 * of Node need `NODE_USE_ENV_PROXY=1` from the outside; Deno does it by itself.
 */
export function useProxies(): void {
  const isSet = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name]);
  if (!isSet || process.env.NODE_USE_ENV_PROXY !== undefined || setGlobalProxyFromEnv === undefined) return;
  setGlobalProxyFromEnv();
  // So that errors and processes that are started know.
  process.env.NODE_USE_ENV_PROXY = '1';
}
