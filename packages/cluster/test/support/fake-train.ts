// The program of a fake training: `fake-train.ts JOB FOLDER PAUSE`, with JOB and FOLDER as JSON. It writes a checkpoint
// after each step, resumes from one, saves one when it gets SIGTERM, and ends when its worker does.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Job } from '../../src/job.ts';
import { beginning, checkpointName, modelName, step, stepsOf } from './fake-model.ts';

const [jobText = '', folderText = '', pause = '0'] = process.argv.slice(2);
const job: Job = JSON.parse(jobText);
const { out, parents }: { out: string; parents: Record<string, string> } = JSON.parse(folderText);
const [, behavior = ''] = job.arguments;
const checkpoint = join(out, checkpointName);

process.stdin.on('end', () => process.exit(1)).resume();
let isStopped = false;
process.on('SIGTERM', () => {
  isStopped = true;
});

let at = 0;
let state: Uint8Array;
if (existsSync(checkpoint)) {
  const saved: { at: number; state: string } = JSON.parse(readFileSync(checkpoint, 'utf8'));
  at = saved.at;
  state = Buffer.from(saved.state, 'hex');
} else
  state = beginning(
    job.key,
    job.parents.map((key) => readFileSync(join(parents[key] ?? '', modelName))),
  );

console.log(`${job.key} begins at ${at}`);
for (; at < stepsOf(job); ) {
  await setTimeout(Number(pause));
  if (behavior === 'die') {
    console.log('about to die');
    process.kill(process.pid, 'SIGKILL');
  }
  if (behavior === 'refuse') {
    console.error('error: the data differ');
    process.exit(2);
  }
  state = step(state, at++);
  writeFileSync(`${checkpoint}.tmp`, JSON.stringify({ at, state: Buffer.from(state).toString('hex') }));
  renameSync(`${checkpoint}.tmp`, checkpoint);
  if (isStopped) process.exit(130);
}
writeFileSync(join(out, modelName), state);
rmSync(checkpoint);
process.exit(0);
