import { spawnSync } from 'node:child_process';

/** Runs this benchmark once more with these options, in a process of its own, whose memory is then its own. */
export function ownProcess(options: Readonly<Record<string, string>>): void {
  const [program = ''] = process.argv.slice(1);
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const { status } = spawnSync(process.execPath, [...process.execArgv, program, ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
