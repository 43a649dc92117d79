import { spawn } from 'node:child_process';
import { bin } from '../../packages/cli/test/support/run.ts';
import { prepare, type Scene } from './scene.ts';

/**
 * Runs the command in a separate process that kills itself at one of its operations.
 *
 * @param command the word after the program's name, of that process or of one that it starts
 * @returns how the started process ended
 */
export function killed(
  scene: Scene,
  at: number,
  command: string = scene.command[0] as string,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly err: string }> {
  prepare(scene);
  const child = spawn(process.execPath, ['--conditions=@scalearn/source', bin, ...scene.command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: `--import=${new URL('kill-here.ts', import.meta.url)}`,
      SCALEARN_KILL: JSON.stringify({ root: scene.root, at, command }),
    },
  });
  let err = '';
  child.stderr.on('data', (data: Buffer) => {
    err += String(data);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, err }));
  });
}
