import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { InterruptedError, JobError } from '../errors.ts';
import type { Job } from '../job.ts';
import type { ResultRecord } from '../store/results.ts';
import type { Train, WorkFolder } from './train.ts';

/** A program that trains one model. */
export interface ChildOptions {
  /** Returns the program and its arguments. There is no shell. */
  command(job: Job, folder: WorkFolder): readonly [file: string, ...args: string[]];
  /** Returns how the model was made, when the program has ended with exit code 0. */
  record(job: Job, folder: WorkFolder): Promise<ResultRecord>;
  /** Name of the checkpoint in the folder of the model. The program replaces it atomically. */
  readonly checkpoint: string;
  /** Environment of the program. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Milliseconds between two looks at the checkpoint. Default 1000. */
  readonly look?: number | undefined;
  /** Milliseconds that the program gets to save a checkpoint when it is asked to stop. Default 60,000. */
  readonly grace?: number | undefined;
}

/**
 * Returns a function that trains in a process of its own. The process gets SIGTERM when it should save a checkpoint and leave.
 * Its standard input ends when its worker dies. Exit code 0 means that the model is there, and 2 that no attempt can
 * succeed.
 */
export function trainInChild(options: ChildOptions): Train {
  const { command, record, checkpoint, env = process.env, look = 1000, grace = 60_000 } = options;
  return async (job, folder, { signal, onCheckpoint, onOutput }) => {
    if (signal.aborted) throw new InterruptedError('the training was stopped before it began');
    const [file, ...args] = command(job, folder);
    const child = spawn(file, args, {
      cwd: folder.path,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: a key that sends a signal reaches the worker alone, which stops the child once.
      detached: process.platform !== 'win32',
    });
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      timer = setTimeout(() => child.kill('SIGKILL'), grace);
    };
    signal.addEventListener('abort', stop);
    if (living.size === 0) process.on('exit', endLiving);
    living.add(child);
    child.stdin.on('error', () => {});
    let tail = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        onOutput(text);
        tail = (tail + text).slice(-2000);
      });
    const watch = watchFile(join(folder.out, checkpoint), look, () => onCheckpoint([checkpoint]));
    try {
      const { code, how } = await exitOf(child);
      if (code === 0) return await record(job, folder);
      if (signal.aborted) throw new InterruptedError('the training was stopped');
      const message = `the training ended with ${how}${lastLine(tail)}`;
      throw code === 2 ? new JobError(message) : new Error(message);
    } finally {
      await watch.stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      child.kill('SIGKILL');
      living.delete(child);
      if (living.size === 0) process.off('exit', endLiving);
    }
  };
}

/** The processes of trainings. None is left when this process ends. */
const living = new Set<ChildProcess>();

function endLiving(): void {
  for (const child of living) child.kill('SIGKILL');
}

function exitOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly how: string }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new JobError(`the training's program could not be started: ${cause.message}`, { cause })),
    );
    // Not `exit`: what the child said last is read before it.
    child.once('close', (code, signal) => resolve({ code, how: signal ?? `exit code ${code}` }));
  });
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1)?.trim();
  return line ? `: ${line}` : '';
}

/** Calls a function when a file was replaced; the last time when the watch is stopped. */
function watchFile(path: string, look: number, onChange: () => void): { stop(): Promise<void> } {
  let seen: string | undefined;
  const check = async (): Promise<void> => {
    const found = await stat(path).catch(() => undefined);
    const now = found && `${found.ino} ${found.mtimeMs} ${found.size}`;
    if (now !== undefined && now !== seen && !isFirst) onChange();
    seen = now ?? seen;
    isFirst = false;
  };
  // What is there at the beginning came from the store.
  let isFirst = true;
  let last = check();
  const timer = setInterval(() => {
    last = last.then(check);
  }, look);
  return {
    stop: async () => {
      clearInterval(timer);
      await last.then(check);
    },
  };
}
