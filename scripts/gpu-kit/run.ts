import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listAdapters } from '@scalearn/core';

/** A part of the kit: a program, and the seconds that it may take. */
interface Part {
  readonly name: string;
  readonly command: readonly string[];
  readonly seconds: number;
}

/** Seconds for everything. */
const total = 470;

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const own = (part: string): readonly string[] => [process.execPath, file('main.js'), part];
const scalearn = (...args: readonly string[]): readonly string[] => [
  process.execPath,
  file('bin.js'),
  ...args,
  '--json',
];

/** Tokens of the first 32 rows of RTE with RoBERTa's tokenizer, about 65 on average. */
const lengths = [
  ...[66, 35, 47, 98, 80, 46, 65, 43, 59, 85, 52, 107, 64, 49, 38, 71],
  ...[58, 90, 44, 61, 77, 50, 69, 83, 41, 55, 95, 62, 48, 73, 57, 68],
].map(String);

/** Returns the parts in their order: what is known at once first, and what may take long last. */
function partsOf(isSoftware: boolean): Part[] {
  // A software adapter is tried with a small encoder and a few rows: that shows that the kit works, and no speed.
  const encoder = isSoftware ? ['--encoder', file('small')] : ['--encoder', file('roberta-base')];
  const batch = isSoftware ? ['--lengths', '9', '5', '12'] : ['--lengths', ...lengths];
  const profile = (step: string, precision: string): Part => ({
    name: `${step} ${precision}`,
    command: scalearn(
      'profile',
      ...encoder,
      '--random',
      '--step',
      step,
      '--precision',
      precision,
      ...batch,
      '--runs',
      isSoftware ? '1' : '9',
    ),
    seconds: 60,
  });
  return [
    { name: 'facts', command: own('facts'), seconds: 15 },
    { name: 'doctor', command: scalearn('doctor'), seconds: 90 },
    { name: 'tiles', command: own('tiles'), seconds: 75 },
    { name: 'golden', command: own('golden'), seconds: 60 },
    { name: 'products', command: own('products'), seconds: 40 },
    profile('stage2', 'f32'),
    profile('stage1', 'f32'),
    profile('stage2', 'f16'),
    profile('stage1', 'f16'),
    { name: 'torch', command: ['python3', file('torch_steps.py'), ...lengths], seconds: 60 },
    // With nothing after it, since it takes what is left.
    { name: 'tune', command: scalearn('doctor', '--tune'), seconds: 120 },
  ];
}

/**
 * Runs all parts, each in its own process, and appends what they print to a file.
 *
 * @returns the exit code: 1 if a part failed
 */
export async function runAll(out: string): Promise<number> {
  const end = Date.now() + total * 1000;
  const commit = existsSync(file('commit')) ? readFileSync(file('commit'), 'utf8').trim() : 'unknown';
  const adapter = (await listAdapters().catch(() => []))[0];
  const driver = adapter?.description ?? 'no WebGPU adapter';
  const record = (part: string, line: object): void =>
    appendFileSync(
      out,
      `${JSON.stringify({ part, date: new Date().toISOString(), commit, driver, ...line })}\n`,
    );
  const failed: string[] = [];
  for (const part of partsOf(adapter?.isSoftware ?? true)) {
    const seconds = Math.min(part.seconds, (end - Date.now()) / 1000);
    if (seconds < 2) {
      record(part.name, { event: 'left out', reason: 'the time is over' });
      continue;
    }
    process.stderr.write(`${part.name} …\n`);
    const start = Date.now();
    const failure = await runPart(part, seconds, (line) => record(part.name, line));
    const took = { seconds: (Date.now() - start) / 1000 };
    record(
      part.name,
      failure === undefined ? { event: 'ended', ...took } : { event: 'failed', failure, ...took },
    );
    if (failure !== undefined) failed.push(`${part.name}: ${failure.split('\n', 1)[0]}`);
  }
  process.stderr.write(failed.length > 0 ? `failed:\n${failed.join('\n')}\n` : 'every part ended well\n');
  return failed.length > 0 ? 1 : 0;
}

/** Runs a part. @returns why it failed; undefined if it did not */
function runPart(
  { command }: Part,
  seconds: number,
  onLine: (line: object) => void,
): Promise<string | undefined> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [rest, errors, isLate] = ['', '', false];
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
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
