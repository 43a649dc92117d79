// Runs the command line tool from its sources in the user's folder.
import { join } from 'node:path';
import { environment, fromSource, node, root, userFolder } from './places.mjs';
import { run } from './run.mjs';

export const start = (args) =>
  run(node(), [fromSource, join(root, 'packages/cli/src/bin.ts'), ...args], {
    cwd: userFolder,
    env: environment,
  });
