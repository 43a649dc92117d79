import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { isObject } from '@scalearn/core/files';
import type { DoneEvent, EpochEvent, ErrorEvent, StartEvent, StepEvent } from '../events/events.ts';

/** An event of a training in its own process: a line of its output. */
export type TrainingEvent = StartEvent | StepEvent | EpochEvent | DoneEvent | ErrorEvent;

/** How to start the command `scalearn`. `trainCommand` of `@scalearn/cli` returns it. */
export interface TrainCommand {
  /** The program, such as Node. */
  readonly runtime: string;
  /** Its arguments before those of the command, such as the path of the script. */
  readonly before: readonly string[];
}

/** Who watches a training, and stops it. */
export interface JobWatch {
  /** Asks the training to save its state and to end. */
  readonly signal: AbortSignal;
  /** Receives what the training reports. */
  onEvent(event: TrainingEvent): void;
  /** Receives the texts of its warnings. */
  onWarning(text: string): void;
}

/** How a training runs in its own process. */
export interface JobOptions extends JobWatch {
  /** Starts the command. */
  readonly command: TrainCommand;
  /** Absolute path of a configuration file; without it there are no plugins and no defaults. */
  readonly config?: string | undefined;
}

/** Why a training failed. */
export interface JobFailure {
  /** Class of the error, such as `InUseError`. */
  readonly error: string;
  /** What was wrong and what to do. */
  readonly message: string;
}

/**
 * Attempts to take a lock, and the time between them. The children of a killed process hold its lock for a moment,
 * until they notice.
 */
const patience = { attempts: 20, milliseconds: 1000 };

/**
 * Runs `scalearn train` in its own process. A failure ends only that process, and its memory is freed at the end.
 *
 * @param args from `jobArguments`
 * @returns undefined if the training succeeded
 */
export async function runJob(args: readonly string[], options: JobOptions): Promise<JobFailure | undefined> {
  for (let attempt = 1; ; attempt++) {
    const failure = await runOnce(args, options);
    if (failure?.error !== 'InUseError' || attempt === patience.attempts || options.signal.aborted)
      return failure;
    await setTimeout(patience.milliseconds, undefined, { signal: options.signal }).catch(() => {});
  }
}

async function runOnce(
  args: readonly string[],
  { command: { runtime, before }, config, signal, onEvent, onWarning }: JobOptions,
): Promise<JobFailure | undefined> {
  const child = spawn(
    runtime,
    [...before, ...(config === undefined ? [] : ['--config', config]), 'train', ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The child is in its own process group. A key that sends a signal then reaches this process alone, which stops
      // the child once.
      detached: process.platform !== 'win32',
    },
  );
  const stop = (): void => void child.kill('SIGINT');
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  process.on('exit', end);
  let failure: JobFailure | undefined;
  let last = '';
  // If the callback throws, nobody reads the output any more, and the child would wait forever.
  const readOrEnd = (stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> =>
    readLines(stream, onLine).catch((error: unknown) => {
      end();
      throw error;
    });
  const output = readOrEnd(child.stdout as NodeJS.ReadableStream, (line) => {
    const event = parseEvent(line);
    if (event?.event === 'error') failure = { error: event.error, message: event.message };
    if (event) onEvent(event);
  });
  const errors = readOrEnd(child.stderr as NodeJS.ReadableStream, (line) => {
    last = line.trim() || last;
    if (line.startsWith('warning: ')) onWarning(line.slice('warning: '.length));
  });
  try {
    const all = [exitOf(child), output, errors] as const;
    await Promise.allSettled(all);
    const [{ code, how }] = await Promise.all(all);
    if (code === 0) return undefined;
    return failure ?? { error: 'Error', message: `the process ended with ${how}${last ? `: ${last}` : ''}` };
  } finally {
    signal.removeEventListener('abort', stop);
    process.off('exit', end);
  }
}

function exitOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly how: string }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, how: signal ?? `exit code ${code}` }));
  });
}

async function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream })) onLine(line);
}

/** Parses a line; returns undefined for one that is not an event, such as output of a native library. */
function parseEvent(line: string): TrainingEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) && 'event' in value ? (value as object as TrainingEvent) : undefined;
  } catch {
    return undefined;
  }
}
