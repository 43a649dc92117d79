// Runs the two programs, each in a process of its own: all that they share is the folder `model`.
import { execFileSync } from 'node:child_process';

for (const program of ['train.ts', 'answer.ts'])
  execFileSync(process.execPath, [...process.execArgv, program], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });
