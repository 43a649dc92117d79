import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSafetensors, writeSafetensors } from '@scalearn/core/files';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { events, must, type Outcome, run, start } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const device = ['--device', 'onnx'];
const base = ['train', '--encoder', world.encoder, '--data', world.data, ...device, '--batch-size', '8'];
const long = ['--epochs', '20', '--patience', '20', '--learning-rate', '0.003', '--seed', '3', '--json'];

/** Interrupts a training after its second epoch. */
async function interrupted(name: string, ...args: string[]): Promise<void> {
  const running = start([...args, '--out', at(name)]);
  await running.printed('"epoch":2');
  running.process.kill('SIGINT');
  expect((await running.ended).code).toBe(130);
}

const resume = (name: string, ...more: string[]): Promise<Outcome> =>
  run('train', '--resume', '--out', at(name), '--json', ...more);

const settings = async (name: string): Promise<unknown> =>
  (JSON.parse(await readFile(join(at(name), 'run.json'), 'utf8')) as { settings: unknown }).settings;

const columns = ['--text', 'a text', '--label', 'kind', '--labels', '-', '+', '--quote', 'none'];
const rows = Array.from(
  { length: 60 },
  (_, i) => `row ${i} is ${i % 2 ? 'good' : 'bad'}\t${i % 2 ? '+' : '-'}`,
);
const own = at('own.tsv');
writeFileSync(own, `a text\tkind\n${rows.join('\n')}\n`);

beforeAll(async () => {
  const quick = [...base, '--max-steps', '1', '--quiet'];
  for (const task of ['rte', 'stsb']) await must(...quick, '--task', `glue/${task}`, '--out', at(task));
});

describe('--resume and --out are enough', () => {
  const sources = ['--sources', at('stsb'), at('rte'), '--omega-dropout', '0.1'];
  const ownData = ['train', '--encoder', world.encoder, ...device, '--task', own, ...columns];
  test.each<[string, string[]]>([
    ['stage 2', [...base, ...long, '--task', 'glue/rte', '--method', 'scalearn++', ...sources]],
    ['own data', [...ownData, ...long, '--batch-size', '8', '--class-weights', 'balanced']],
    [
      'joint',
      [
        ...base,
        '--tasks',
        'glue/rte',
        'glue/stsb',
        '--method',
        'hyperformer',
        '--max-steps',
        '60',
        '--evaluate-every',
        '10',
        '--temperature',
        '2',
        '--json',
      ],
    ],
    [
      'mini',
      [
        'train',
        '--encoder',
        'mini',
        '--task',
        'miniglue/rte',
        '--limit',
        '32',
        '--eval-limit',
        '8',
        ...device,
        '--epochs',
        '4',
        '--patience',
        '4',
        '--json',
      ],
    ],
  ])('%s', async (name, args) => {
    await interrupted(name, ...args);
    const resumed = await resume(name);
    expect(resumed.code, resumed.err).toBe(0);
    expect(events(resumed)[0]?.step).toBeGreaterThan(0);
    await must(...args, '--out', at(`${name}-whole`));
    expect(await settings(name)).toEqual(await settings(`${name}-whole`));
    if (name !== 'stage 2') return;
    const [one, other] = [name, `${name}-whole`].map((each) => join(at(each), 'model_scalearn.safetensors'));
    expect((await readFile(one as string)).equals(await readFile(other as string))).toBe(true);
  });
});

describe('what is given besides', () => {
  test('is checked, and places may have moved', async () => {
    await interrupted('half', ...base, ...long, '--task', 'glue/rte', '--sources', at('stsb'), at('rte'));
    const refused = await resume('half', '--seed', '4');
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('seed was 3, is 4') });
    expect(await resume('half', '--task', 'glue/stsb')).toMatchObject({ code: 2 });
    expect(await resume('half', '--method', 'scalern')).toMatchObject({ code: 2 });
    renameSync(world.data, at('moved'));
    expect((await resume('half')).err).toContain(world.data);
    const moved = await resume('half', '--seed', '3', '--data', at('moved'));
    renameSync(at('moved'), world.data);
    expect(moved.code, moved.err).toBe(0);
  });

  test('of a finished run is compared with it', async () => {
    const again = await resume('half');
    expect(again.code, again.err).toBe(0);
    expect(events(again)).toMatchObject([{ event: 'done', task: 'glue/rte', seed: 3, out: at('half') }]);
    expect(await resume('half', '--seed', '3')).toMatchObject({ code: 0 });
    // Words for the usual value are stored as no value.
    const usual = ['--select-by', 'loss', '--class-weights', 'none'];
    expect(await resume('half', ...usual)).toMatchObject({ code: 0 });
    expect(await resume('half', '--select-by', 'accuracy')).toMatchObject({ code: 2 });
    expect(await resume('half', '--epochs', '7')).toMatchObject({
      code: 2,
      err: expect.stringContaining('epochs was 20, is 7'),
    });
    expect(await resume('half', '--omega-dropout', '0.1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('to compare omegaDropout with it, give --encoder and --task'),
    });
  });
});

describe('what cannot be resumed says so', () => {
  test('an empty place, another folder', async () => {
    expect(await run('train', '--resume', '--out', at('none'))).toEqual({
      code: 2,
      out: '',
      err: `error: there is no run to resume in ${at('none')}; check --out, or, to begin one, give --encoder and --task, and the other options of the run\n`,
    });
    expect(existsSync(at('none'))).toBe(false);
    expect(await resume('none', '--encoder', world.encoder)).toMatchObject({ code: 2 });
    expect((await run('train', '--resume', '--out', world.data)).err).toContain('holds no run of scalearn');
  });

  test('stored options that are missing, damaged or unknown', async () => {
    const args = [...base, ...long, '--task', 'glue/rte'];
    await interrupted('notes', ...args);
    const path = join(at('notes'), 'checkpoint.safetensors');
    const file = parseSafetensors(await readFile(path));
    const { note, ...others } = Object.fromEntries(file.metadata);
    expect(note).toContain('--learning-rate=0.003');
    const write = (changed: Record<string, string>): void => {
      const tensors = [...file.entries].map(
        ([name, { shape }]) => [name, { shape, data: file.float32(name) }] as const,
      );
      writeFileSync(path, writeSafetensors(tensors, { ...others, ...changed }));
    };
    write({});
    expect((await resume('notes')).err).toContain(
      'does not store its options; to continue it, give --encoder',
    );
    for (const damaged of ['{', '[]', '{"arguments":[1]}']) {
      write({ note: damaged });
      expect(await resume('notes')).toMatchObject({
        code: 1,
        err: expect.stringContaining('they are damaged'),
      });
    }
    write({ note: JSON.stringify({ arguments: ['--encoder=e', '--task=t', '--later=1'] }) });
    const unknown = await resume('notes');
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("unknown option '--later'") });
    // The whole command needs nothing that is stored.
    write({});
    expect(await run(...args, '--out', at('notes'), '--resume')).toMatchObject({ code: 0 });
    rmSync(at('notes'), { recursive: true });
  });
});
