// Loaded before a program: ends its process, as a power cut or the system would, at one of its operations on files.
import { watchFiles } from './file-system.ts';

const { SCALEARN_KILL: text } = process.env;
if (text !== undefined) {
  const { root, at, command } = JSON.parse(text) as { root: string; at: number; command: string };
  if (process.argv[2] === command)
    watchFiles(root, at, { kind: 'stop', stopped: () => process.kill(process.pid, 'SIGKILL') });
}
