import { execFile } from 'node:child_process';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  /** Its standard output and error, for messages. */
  readonly all: string;
}

/** Runs a program to its end, with any exit code. @param input its standard input; empty by default */
export const run = (
  file: string,
  args: readonly string[],
  { cwd, env, input = '' }: { cwd: string; env?: Record<string, string>; input?: string },
): Promise<Outcome> =>
  new Promise((resolve) => {
    // Below the hooks' time limit, so that no process is left running when that limit is reached.
    const limit = { timeout: 240_000, killSignal: 'SIGKILL' } as const;
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26, ...limit };
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0;
      const all = [`$ ${file} ${args.join(' ')}`, error?.message, stdout, stderr];
      resolve({ code, stdout, all: all.filter(Boolean).join('\n') });
    });
    // A program may end before it has read its input. How it ended is in its exit code.
    child.stdin?.on('error', () => {}).end(input);
  });

/** Runs a program that must succeed. Otherwise its output is the error's message. */
export async function mustRun(...command: Parameters<typeof run>): Promise<Outcome> {
  const outcome = await run(...command);
  if (outcome.code !== 0) throw new Error(outcome.all);
  return outcome;
}
