import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

/** A part of the kit: a program, and the seconds that it may take. */
export interface Part {
  readonly name: string;
  readonly command: readonly string[];
  readonly seconds: number;
}

interface RunOptions {
  /** What every line also says. */
  readonly about: Readonly<Record<string, string>>;
  /** Seconds for all parts together. */
  readonly seconds: number;
  /** Is told which part begins. */
  readonly say: (text: string) => void;
}

/**
 * Runs parts, each in its own process, and appends every line of JSON that they print to a file, with the part, the date and
 * what is known of the machine. A part that fails or takes too long does not end the others.
 *
 * @returns a sentence for each part that failed
 */
export async function runParts(
  parts: readonly Part[],
  out: string,
  { about, seconds: total, say }: RunOptions,
): Promise<string[]> {
  const end = Date.now() + total * 1000;
  const record = (part: string, line: object): void =>
    appendFileSync(out, `${JSON.stringify({ part, date: new Date().toISOString(), ...about, ...line })}\n`);
  const failed: string[] = [];
  for (const part of parts) {
    const seconds = Math.min(part.seconds, (end - Date.now()) / 1000);
    if (seconds <= 0) {
      record(part.name, { event: 'left out', reason: 'the time is over' });
      continue;
    }
    say(`${part.name} …`);
    const start = Date.now();
    const failure = await runPart(part, seconds, (line) => record(part.name, line));
    const took = { took: (Date.now() - start) / 1000 };
    record(
      part.name,
      failure === undefined ? { event: 'ended', ...took } : { event: 'failed', failure, ...took },
    );
    if (failure !== undefined) failed.push(`${part.name}: ${failure.split('\n', 1)[0]}`);
  }
  return failed;
}

/** Runs a part. @returns why it failed; undefined if it did not */
function runPart(
  { command }: Part,
  seconds: number,
  onLine: (line: object) => void,
): Promise<string | undefined> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let [rest, errors, isLate] = ['', '', false];
    const timer = setTimeout(() => {
      isLate = true;
      // With the processes that it started.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, seconds * 1000);
    child.stdout.on('data', (data: Buffer) => {
      const lines = `${rest}${data}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const value = parsed(line);
        if (value) onLine(value);
      }
    });
    child.stderr.on('data', (data: Buffer) => {
      errors = `${errors}${data}`.slice(-2000);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = parsed(rest);
      if (last) onLine(last);
      if (isLate) resolve(`it took more than ${seconds.toFixed(0)} seconds`);
      else resolve(code === 0 ? undefined : `ended with ${signal ?? code}: ${errors.trim()}`);
    });
  });
}

function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
