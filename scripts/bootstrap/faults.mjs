// `npm run faults -- SEED...` runs experiments on several workers under faults that each seed draws; `grid` simulates the
// paper's grid; `experiment` trains the small main table through a queue and through Slurm. It needs the servers that
// scripts/install-cluster-servers.sh installs.
import { join } from 'node:path';
import { environment, fromSource, node, root } from './places.mjs';
import { run } from './run.mjs';

export const faults = (args) => {
  const isExperiment = args[0] === 'experiment';
  const program = isExperiment
    ? join('packages', 'cli', 'test', 'cluster', 'experiment-faults.ts')
    : join('packages', 'cluster', 'test', 'faults', 'main.ts');
  const rest = isExperiment ? args.slice(1) : args;
  return run(node(), [fromSource, join(root, program), ...rest], { cwd: root, env: environment });
};
