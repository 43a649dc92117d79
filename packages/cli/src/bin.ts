#!/usr/bin/env node
import { onSignals } from './signals.ts';

// Signals are caught before the rest is loaded. Otherwise a signal during loading would end the process without a
// message.
const loaded = onSignals(() => {
  process.stderr.write('Interrupted before anything had begun.\n');
  process.exit(130);
});
const [{ main }, { useProxies }] = await Promise.all([import('./main.ts'), import('./proxy.ts')]);
useProxies();
// Loading may be synchronous, so a signal that arrived meanwhile is delivered in the next turn. No signal can arrive
// between that turn and the command's own handlers.
await new Promise((resolve) => setImmediate(resolve));
loaded();
process.exitCode = await main(process.argv.slice(2));
