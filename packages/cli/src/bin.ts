#!/usr/bin/env node
import { onSignals } from './signals.ts';

// Loading the rest takes a moment, in which a signal would end the process without a word.
const loaded = onSignals(() => {
  process.stderr.write('Interrupted before anything had begun.\n');
  process.exit(130);
});
const [{ main }, { useProxies }] = await Promise.all([import('./main.ts'), import('./proxy.ts')]);
useProxies();
// Loading may be synchronous; a signal that came meanwhile is handled at the next turn. From then on to the handlers of
// the command there is none.
await new Promise((resolve) => setImmediate(resolve));
loaded();
process.exitCode = await main(process.argv.slice(2));
