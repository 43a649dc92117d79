#!/usr/bin/env node
import { onSignals } from './signals.ts';

// Signals are caught before the rest is loaded. Otherwise a signal during loading would end the process without a
// message.
const loaded = onSignals(() => {
  process.stderr.write('Interrupted before anything had begun.\n');
  process.exit(130);
});
const [{ main }, http] = await Promise.all([import('./main.ts'), import('node:http')]);
useProxies(http);
// Loading may be synchronous, so a signal that arrived meanwhile is delivered in the next turn. No signal can arrive
// between that turn and the command's own handlers.
await new Promise((resolve) => setImmediate(resolve));
loaded();
const code = await main(process.argv.slice(2));
process.exitCode = code;
// Who is interrupted does not wait for a server that does not answer.
if (code === 130) process.stdout.write('', () => process.exit());

/**
 * Makes `fetch` use the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, as `curl` and Python do. Node can do
 * that from 24.14 on; older versions need `NODE_USE_ENV_PROXY=1` when they start. Deno does it by itself.
 */
function useProxies({ setGlobalProxyFromEnv }: { readonly setGlobalProxyFromEnv?: () => unknown }): void {
  const isSet = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => process.env[name]);
  if (!isSet || process.env.NODE_USE_ENV_PROXY !== undefined || setGlobalProxyFromEnv === undefined) return;
  setGlobalProxyFromEnv();
  // Error messages and child processes read this variable.
  process.env.NODE_USE_ENV_PROXY = '1';
}
