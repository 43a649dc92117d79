// `npm run faults -- SEED...` runs experiments on several workers under faults that each seed draws; `grid` simulates the
// paper's grid. It needs the servers that scripts/install-cluster-servers.sh installs.
import { join } from 'node:path';
import { environment, fromSource, node, root } from './places.mjs';
import { run } from './run.mjs';

export const faults = (args) =>
  run(node(), [fromSource, join(root, 'packages', 'cluster', 'test', 'faults', 'main.ts'), ...args], {
    cwd: root,
    env: environment,
  });
