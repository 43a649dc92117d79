// The kit that measures a machine with a GPU: `run OUT` does every part in a process of its own; a part is `PART`.

import { parts } from './parts.ts';
import { runAll } from './run.ts';

const [name = '', ...args] = process.argv.slice(2);
const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
if (name === 'run' && args[0] !== undefined) process.exitCode = await runAll(args[0]);
else if (part) await part((line) => void process.stdout.write(`${JSON.stringify(line)}\n`), args);
else throw new Error(`usage: main.js run OUT.jsonl, or main.js ${Object.keys(parts).join('|')}`);
