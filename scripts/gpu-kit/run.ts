import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listAdapters } from '@scalearn/core';
import { type Part, runParts } from './run-parts.ts';

/** Seconds for everything. */
const total = 470;

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const own = (...part: readonly string[]): readonly string[] => [process.execPath, file('main.js'), ...part];
const scalearn = (...args: readonly string[]): readonly string[] => [
  process.execPath,
  file('bin.js'),
  ...args,
  '--json',
];

/** Tokens of the first 32 rows of RTE's training split with MiniLM's tokenizer, cut to 128: 2,137 in all. */
const lengths = [
  ...[54, 44, 46, 98, 90, 50, 63, 128, 27, 85, 49, 46, 70, 95, 41, 97],
  ...[79, 34, 61, 65, 67, 47, 39, 128, 23, 70, 65, 26, 128, 47, 128, 47],
].map(String);

/** Returns the parts in their order: what is known at once first, and what may take long last. */
function partsOf(isSoftware: boolean): Part[] {
  // A software adapter is tried with a small encoder and a few rows: that shows that the kit works, and no speed.
  const encoder = isSoftware ? ['--encoder', file('small')] : ['--encoder', file('roberta-base')];
  const batch = isSoftware ? ['--lengths', '9', '5', '12'] : ['--lengths', ...lengths];
  const runs = isSoftware ? '1' : '9';
  const profile = (step: string, precision: string): Part => ({
    name: `${step} ${precision}`,
    command: scalearn(
      ...['profile', ...encoder, '--random', '--step', step, '--precision', precision],
      ...[...batch, '--runs', runs],
    ),
    // A software adapter compiles a hundred kernels first.
    seconds: isSoftware ? 100 : 60,
  });
  return [
    { name: 'facts', command: own('facts'), seconds: 15 },
    { name: 'doctor', command: scalearn('doctor'), seconds: 90 },
    { name: 'tiles', command: own('tiles'), seconds: 75 },
    { name: 'golden f32', command: own('golden', 'f32'), seconds: 60 },
    ...(isSoftware ? [] : [{ name: 'golden f16', command: own('golden', 'f16'), seconds: 45 }]),
    { name: 'products', command: own('products'), seconds: 40 },
    ...(isSoftware
      ? [profile('stage2', 'f32'), profile('stage1', 'f16')]
      : [
          ...[profile('stage2', 'f32'), profile('stage1', 'f32')],
          ...[profile('stage2', 'f16'), profile('stage1', 'f16')],
        ]),
    { name: 'torch', command: ['python3', file('torch_steps.py'), ...lengths], seconds: 60 },
    // With nothing after it, since it takes what is left.
    { name: 'tune', command: scalearn('doctor', '--tune'), seconds: 120 },
  ];
}

/**
 * Runs all parts and appends what they print to a file.
 *
 * @returns the exit code: 1 if a part failed
 */
export async function runAll(out: string): Promise<number> {
  const commit = existsSync(file('commit')) ? readFileSync(file('commit'), 'utf8').trim() : 'unknown';
  const adapter = (await listAdapters().catch(() => []))[0];
  const about = { commit, driver: adapter?.description ?? 'no WebGPU adapter' };
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const failed = await runParts(partsOf(adapter?.isSoftware ?? true), out, { about, seconds: total, say });
  say(failed.length > 0 ? `failed:\n${failed.join('\n')}` : 'every part ended well');
  return failed.length > 0 ? 1 : 0;
}
