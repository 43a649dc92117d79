// `npm run fuzz -- PARSER SECONDS SEED` gives a parser damaged files; `graphs` instead of a parser tries random graphs
// on all devices. Without arguments it lists the parsers.
import { join } from 'node:path';
import { environment, fromSource, node, root } from './places.mjs';
import { run } from './run.mjs';

export const fuzz = (args) =>
  run(node(), [fromSource, join(root, 'test', 'fuzz', 'main.ts'), ...args], { cwd: root, env: environment });
