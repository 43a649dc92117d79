// Loaded before a program. It ends the process at one of its file operations, as a power failure or the system would.
import { watchFiles } from './file-system.ts';

const { SCALEARN_KILL: text } = process.env;
if (text !== undefined) {
  const { root, at, command } = JSON.parse(text) as { root: string; at: number; command: string };
  if (process.argv[2] === command)
    watchFiles(root, at, { kind: 'stop', stopped: () => process.kill(process.pid, 'SIGKILL') });
}
