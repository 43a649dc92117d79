// Disk faults, and process stops, at any operation of a command. The final bytes must equal those of an undisturbed
// run, at once or after the next command. SCALEARN_FAULTS=all tries every fault at every operation, and stops real
// processes everywhere.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { must } from '../../packages/cli/test/support/run.ts';
import { tinyWorld } from '../../packages/cli/test/support/tiny.ts';
import { scratchFolder } from '../support/scratch.ts';
import type { Fault } from './file-system.ts';
import { killed } from './killed.ts';
import { disturb, disturbAndMend, mend, type Scene, undisturbed } from './scene.ts';

const all = process.env.SCALEARN_FAULTS === 'all';
const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (...names: string[]): string => join(folder, ...names);
const device = ['--device', 'reference'];
const small = ['--batch-size', '4', '--epochs', '2', '--limit', '4', '--eval-limit', '4', '--layers', '1'];
const training = [
  'train',
  '--encoder',
  world.encoder,
  '--data',
  world.data,
  '--task',
  'glue/rte',
  ...device,
  ...small,
];

/** Error codes of disk faults. The last one is the code of a disk without hard links. */
const codes = ['ENOSPC', 'EIO', 'EACCES', 'EBUSY', 'EXDEV', 'EPERM'];
const kinds: readonly (readonly [Fault['kind'], string])[] = [
  ...codes.map((code) => ['once', code] as const),
  ...[['full', 'ENOSPC'] as const, ['full', 'EROFS'] as const, ['stop', ''] as const],
];
const stops = kinds.filter(([kind]) => kind === 'stop');
const failures = kinds.filter(([kind]) => kind !== 'stop');

/** Tries each fault at each operation. By default only the faults of a part, in turn, at every `step`-th operation. */
async function sweep(scene: Scene, part: typeof kinds, step = 1): Promise<void> {
  const { log, bytes } = await undisturbed(scene);
  expect(log.length).toBeGreaterThan(5);
  const counts: Record<string, number> = {};
  for (const [n, operation] of log.entries()) {
    if (!all && n % step > 0) continue;
    for (const [kind, code] of all ? kinds : [part[n % part.length] as (typeof kinds)[number]]) {
      const result = await disturbAndMend(scene, n, [kind, code], bytes).catch((error: unknown) => {
        throw new Error(`${kind} ${code} at ${n}, ${operation}: ${(error as Error).message}`, {
          cause: error,
        });
      });
      counts[result] = (counts[result] ?? 0) + 1;
    }
  }
  if (all)
    process.stderr.write(
      `${scene.command.slice(0, 1)}: ${log.length} operations, ${JSON.stringify(counts)}\n`,
    );
  expect(Object.keys(counts).length).toBeGreaterThan(0);
}

/** Kills real processes at some of their operations, or at all of them with SCALEARN_FAULTS=all. */
async function kill(scene: Scene, some: number): Promise<void> {
  const { log, bytes } = await undisturbed(scene);
  const step = all ? 1 : Math.ceil(log.length / some);
  for (let n = Math.floor(step / 2); n < log.length; n += step) {
    const { signal, err } = await killed(scene, n);
    expect(signal, `${n}: ${log[n]}; ${err}`).toBe('SIGKILL');
    await mend(scene, bytes).catch((error: unknown) => {
      throw new Error(`killed at ${n}, ${log[n]}: ${(error as Error).message}`, { cause: error });
    });
  }
}

const hour = { timeout: all ? 3_600_000 : 120_000 };
const root = at('root');
const [trained, interrupted, store, models] = [at('trained'), at('interrupted'), at('store'), at('models')];
const exported = at('exported');
const experiment = at('tiny.yaml');

const out = join(root, 'out');
const train: Scene = {
  root,
  command: [...training, '--out', out],
  again: [...training, '--out', out, '--resume'],
};
/** Also saves a state between evaluations. */
const often = [
  ...[...training.slice(0, -small.length), '--batch-size', '1', '--epochs', '2', '--limit', '5'],
  ...['--eval-limit', '4', '--layers', '1', '--checkpoint-every', '0.000001', '--out', out],
];
const saving: Scene = { root, command: often, again: [...often, '--resume'] };
const resume: Scene = { root, before: interrupted, command: [...training, '--out', out, '--resume'] };
const overwriting = [...training, '--out', out, '--seed', '1', '--overwrite'];
const overwrite: Scene = { root, before: trained, command: overwriting };
const predict: Scene = {
  root,
  before: trained,
  command: [
    ...['predict', '--model', out, '--text', 'a cat sat', '--text-pair', 'the dog ran', ...device],
    ...['--out', join(root, 'predictions.jsonl'), '--overwrite'],
  ],
};
/** Replaces an export by one with other files. */
const exporting: Scene = {
  root,
  before: exported,
  // Scores have times.
  command: [
    ...['export', '--model', at('model'), '--out', out, '--dtype', 'f16', '--overwrite'],
    ...['--eval-limit', '0'],
  ],
};
/** An experiment whose models exist, so that only its own work remains. */
const run: Scene = { root, before: models, command: ['run', experiment, '--out', root, ...device] };

beforeAll(async () => {
  // Every stopped command listens to signals.
  process.setMaxListeners(0);
  // The inputs of the commands, made once.
  const { log } = await undisturbed(train);
  cpSync(root, trained, { recursive: true });
  cpSync(out, at('model'), { recursive: true });
  await must('export', '--model', at('model'), '--out', join(exported, 'out'), '--eval-limit', '0');
  const first = log.indexOf('rename out/checkpoint.safetensors');
  expect(await disturb(train, first + 1, 'stop', '')).toBe('stopped');
  cpSync(root, interrupted, { recursive: true });
  writeFileSync(experiment, experimentText);
  await undisturbed({ ...run, before: undefined });
  cpSync(root, store, { recursive: true });
  cpSync(join(root, 'models'), join(models, 'models'), { recursive: true });
}, 120_000);

const experimentText = `encoders: [./encoder]
data: { glue: data }
tasks: [glue/rte]
options: { epochs: 1, batchSize: 4, limit: 4, evalLimit: 4, layers: 1 }
methods:
  adapter: { method: bottleneck }
  scalearn++: { sources: adapter }
`;

describe('a disk that fails, or a process that is stopped, in', hour, () => {
  test('train', () => sweep(train, failures));
  test('train --resume', () => sweep(resume, [...stops, ...failures]));
  test('train --checkpoint-every', () => sweep(saving, [...stops, ...failures], 4));
  test('train --overwrite', () => sweep(overwrite, kinds, 3));
  test('predict --out', () => sweep(predict, kinds));
  test('export --overwrite', () => sweep(exporting, kinds, 4));
  test('run', () => sweep(run, kinds));
});

describe('a process that is killed in', hour, () => {
  test('train', () => kill(train, 3));
  test('train --resume', () => kill(resume, 2));
  test('predict --out', () => kill(predict, 1));
  test('run', () => kill(run, 1));
  test('a training that run has started', async () => {
    const scene = { ...run, before: undefined };
    const { bytes } = await undisturbed(scene);
    for (const n of all ? [1, 7, 15, 25, 35, 45, 55, 65] : [45]) {
      const { code, err } = await killed(scene, n, 'train');
      expect([code, err]).toEqual([1, expect.stringContaining('the process ended with SIGKILL')]);
      await mend(scene, bytes);
    }
  });
});
