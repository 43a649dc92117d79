import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { main } from '../../src/main.ts';
import { comparedReport } from './same-runs.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Every line of standard output as JSON; without progress, which a slow machine has more of. */
export function events<T = Record<string, unknown>>({ out }: Outcome): T[] {
  const lines = out.split('\n').filter((line) => line !== '');
  const all = lines.map((line) => JSON.parse(line) as T & { readonly event?: string });
  return all.filter(({ event }) => event !== 'progress');
}

/** Runs a command line in this process. */
export async function run(...args: string[]): Promise<Outcome> {
  let [out, err] = ['', ''];
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
  });
  return { code, out, err };
}

/** Runs a command line that has to succeed. */
export async function must(...args: string[]): Promise<Outcome> {
  const outcome = await run(...args);
  expect(outcome.code, outcome.err).toBe(0);
  return outcome;
}

/** Makes a report of runs. @returns what is compared of it */
export async function reportOf(...args: string[]): Promise<unknown> {
  return comparedReport((await must('report', ...args, '--format', 'json')).out);
}

export const bin: string = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** A command line as a process of its own. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome & { readonly signal: NodeJS.Signals | null }>;
  /** Resolves when standard output holds the text. */
  printed(text: string): Promise<void>;
  /** The first line of standard output. */
  firstLine(): Promise<string>;
}

export function start(
  args: string[],
  runtime: 'node' | 'deno' = 'node',
  env: NodeJS.ProcessEnv = process.env,
): Running {
  const before = runtime === 'deno' ? ['run', '-A'] : ['--conditions=@scalearn/source'];
  const child = spawn(
    runtime === 'deno' ? `${root}/node_modules/.bin/deno` : process.execPath,
    [...before, bin, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, NO_COLOR: '1' } },
  );
  let [out, err] = ['', ''];
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (data: Buffer) => {
    out += String(data);
    for (const check of waiting) check();
  });
  child.stderr?.on('data', (data: Buffer) => {
    err += String(data);
  });
  const ended = new Promise<Outcome & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? -1, out, err, signal }));
  });
  const printed = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!out.includes(text)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      void ended.then(() => reject(new Error(`ended before it printed '${text}': ${err}`)));
      check();
    });
  const firstLine = async (): Promise<string> => {
    await printed('\n');
    return out.split('\n', 1)[0] as string;
  };
  return { process: child, ended, printed, firstLine };
}
