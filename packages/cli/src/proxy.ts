import * as http from 'node:http';

/** Present in Node's `http` from Node 24.14 on. */
const { setGlobalProxyFromEnv } = http as { readonly setGlobalProxyFromEnv?: () => unknown };

/**
 * Makes `fetch` use the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, as `curl` and Python do. Older
 * versions of Node need `NODE_USE_ENV_PROXY=1` when they start. Deno does it by itself.
 */
export function useProxies(): void {
  const isSet = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name]);
  if (!isSet || process.env.NODE_USE_ENV_PROXY !== undefined || setGlobalProxyFromEnv === undefined) return;
  setGlobalProxyFromEnv();
  // Error messages and child processes read this variable.
  process.env.NODE_USE_ENV_PROXY = '1';
}
