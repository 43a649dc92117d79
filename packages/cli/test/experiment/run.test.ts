import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ExperimentIndex } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { events, run, start } from '../support/run.ts';
import { tinyWorld, writeEncoder } from '../support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (...names: string[]): string => join(folder, ...names);

const experiment = `title: Tiny
encoders: [./encoder]
data: { glue: data }
tasks: [glue/rte, glue/stsb]
options: { epochs: 2, batchSize: 8 }
methods:
  adapter: { method: bottleneck, label: Adapter, seeds: [0, 1] }
  scalearn++: { sources: adapter, tasks: [glue/rte] }
  adapter-m:
`;
const file = at('tiny.yaml');
const command = (out: string, ...more: string[]): string[] => [
  ...['run', file, '--out', at(out), '--device', 'onnx', '--json', ...more],
];
const index = (out: string): ExperimentIndex =>
  JSON.parse(readFileSync(at(out, 'tiny', 'experiment.json'), 'utf8')) as ExperimentIndex;

/** Digest of every tensor file of every model. */
function tensors(out: string): Record<string, string> {
  const files = readdirSync(at(out, 'models'), { recursive: true, encoding: 'utf8' }).sort();
  const hash = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(at(out, 'models', name)))
      .digest('hex');
  return Object.fromEntries(
    files.filter((name) => /\.(?:safetensors|bin)$/.test(name)).map((name) => [name, hash(name)]),
  );
}

beforeAll(() => {
  writeFileSync(file, experiment);
});

describe('an experiment', { timeout: 180_000 }, () => {
  test('is trained, each model once, sources before what needs them', async () => {
    const outcome = await run(...command('runs', '--jobs', '2'));
    expect(outcome.code, outcome.err).toBe(0);
    const lines = events(outcome);
    expect(lines[0]).toMatchObject({ event: 'plan', experiment: 'Tiny', models: 6 });
    expect(lines.at(-1)).toMatchObject({ event: 'done', experiment: 'tiny', trained: 6, reused: 0 });
    const ends = lines.filter(({ state }) => state === 'trained');
    expect(ends.map(({ ended }) => ended)).toEqual([1, 2, 3, 4, 5, 6]);
    const { runs } = index('runs');
    expect(runs.map(({ entry, task, seed, state }) => [entry, task, seed, state])).toEqual([
      ['adapter', 'glue/rte', 0, 'done'],
      ['adapter', 'glue/rte', 1, 'done'],
      ['adapter', 'glue/stsb', 0, 'done'],
      ['adapter', 'glue/stsb', 1, 'done'],
      ['scalearn++', 'glue/rte', 0, 'done'],
      ['adapter-m', 'glue/rte, glue/stsb', 0, 'done'],
    ]);
    const scalearn = runs[4];
    expect(scalearn?.sources).toEqual([runs[2]?.id, runs[0]?.id]);
    for (const each of runs) expect(readdirSync(at('runs', 'tiny', each.folder))).toContain('run.json');
    expect(readdirSync(at('runs', 'models'))).toHaveLength(6);
    expect(readdirSync(at('runs')).sort()).toEqual(['models', 'tiny']);
  });

  test('is what the same commands give by hand', async () => {
    const [first] = index('runs').runs;
    const hand = [
      'train',
      '--encoder',
      world.encoder,
      '--data',
      world.data,
      '--task',
      'glue/rte',
      '--epochs',
      '2',
    ];
    const outcome = await run(
      ...hand,
      '--batch-size',
      '8',
      '--device',
      'onnx',
      '--quiet',
      '--out',
      at('hand'),
    );
    expect(outcome.code, outcome.err).toBe(0);
    const adapter = (path: string): Buffer => readFileSync(join(path, 'adapter.safetensors'));
    expect(adapter(at('hand')).equals(adapter(at('runs', 'tiny', first?.folder as string)))).toBe(true);
  });

  test('given again trains nothing; another that has models in common trains only the others', async () => {
    // Side by side: those that are there end at the same moment.
    const again = await run(...command('runs', '--jobs', '6'));
    expect(again.code, again.out).toBe(0);
    expect(events(again).at(-1)).toMatchObject({ event: 'done', trained: 0, reused: 6 });
    const before = tensors('runs');
    const more = at('more.yaml');
    writeFileSync(
      more,
      experiment.replace('adapter-m:', 'scalearn-uniform: { sources: adapter, tasks: [glue/rte] }'),
    );
    const outcome = await run('run', more, ...command('runs').slice(2));
    expect(events(outcome).at(-1)).toMatchObject({ experiment: 'more', trained: 1, reused: 5 });
    expect(tensors('runs')).toMatchObject(before);
  });

  test('a change of what decides a model gives it another name', async () => {
    const finished = async (text: string): Promise<unknown> => {
      writeFileSync(at('other.yaml'), text);
      const outcome = await run('run', at('other.yaml'), ...command('runs', '--dry-run').slice(2));
      expect(outcome.code, outcome.err).toBe(0);
      return events(outcome)[0]?.finished;
    };
    expect(await finished(experiment.replace('Tiny', 'Other'))).toBe(6);
    expect(await finished(experiment.replace('batchSize: 8', 'batchSize: 8, learningRate: 0.01'))).toBe(0);
    // Its own sources are others then, too: those of another seed.
    expect(
      await finished(experiment.replace('{ sources: adapter', '{ sources: { from: adapter, seed: 1 }')),
    ).toBe(5);
    cpSync(world.data, at('changed'), { recursive: true });
    appendFileSync(at('changed', 'RTE', 'train.tsv'), '60\tthe cat sat\tthe dog ran\tentailment\n');
    // Both seeds of STS-B remain: nothing else is without RTE.
    expect(await finished(experiment.replace('data }', 'changed }'))).toBe(2);
    writeEncoder(at('encoder-2'), 2);
    expect(await finished(experiment.replace('./encoder', './encoder-2'))).toBe(0);
  });

  test('--dry-run tells what there is to do', async () => {
    const outcome = await run(...command('runs', '--dry-run', '--methods', 'adapter'));
    const [done] = events(outcome) as [
      { models: number; finished: number; seconds: number; entries: object[] },
    ];
    expect(done).toMatchObject({ models: 4, finished: 4, tokens: 0, flops: 0, seconds: 0 });
    const fresh = await run('run', file, '--out', at('nowhere'), '--device', 'onnx', '--dry-run');
    expect(fresh.code, fresh.err).toBe(0);
    expect(fresh.out).toMatch(/^adapter +4 +0 +[\d,]+ +[\d,]+ /m);
    expect(fresh.out).toMatch(/^all +6 +0 /m);
  });
});

describe('what goes wrong', { timeout: 180_000 }, () => {
  test('a model that fails takes along what needs it; the rest is trained, and the same command goes on', async () => {
    const [{ folder: first, id }] = index('runs').runs as unknown as [{ folder: string; id: string }];
    const inTheWay = join(at('failing', 'tiny'), first);
    mkdirSync(inTheWay, { recursive: true });
    writeFileSync(join(inTheWay, 'thesis.txt'), 'mine');
    const outcome = await run(...command('failing', '--jobs', '2'));
    expect(outcome.code).toBe(1);
    expect(events(outcome).at(-1)).toMatchObject({ event: 'error', error: 'RunsFailedError' });
    expect(outcome.err).toContain('2 of 6 models could not be trained');
    const failed = index('failing').runs.filter(({ state }) => state === 'failed');
    expect(failed.map(({ entry, error }) => [entry, error])).toEqual([
      ['adapter', expect.stringContaining('is not empty and holds no run of scalearn')],
      ['scalearn++', `its source ${id} failed`],
    ]);
    expect(readFileSync(join(inTheWay, 'thesis.txt'), 'utf8')).toBe('mine');
    rmSync(inTheWay, { recursive: true });
    // Stopped before it has done anything, the index still knows what is there.
    const stopped = start(command('failing'));
    await stopped.printed('"event":"plan"');
    stopped.process.kill('SIGINT');
    await stopped.ended;
    expect(index('failing').runs.filter(({ state }) => state === 'done')).toHaveLength(4);
    const again = await run(...command('failing'));
    expect(again.code, again.err).toBe(0);
    expect(events(again).at(-1)).toMatchObject({ trained: 2, reused: 4 });
    expect(tensors('failing')).toEqual(withoutMore(tensors('runs')));
  });

  test('killed at random moments and given again, it ends with the same bytes', {
    timeout: 180_000,
  }, async () => {
    for (let kills = 0; ; kills++) {
      const running = start(command('killed', '--jobs', '2'));
      if (kills < 3) {
        await running.printed('"state":"start"');
        void setTimeout(3000 * Math.random()).then(() => running.process.kill('SIGKILL'));
      }
      const { code, signal, err } = await running.ended;
      if (signal !== null) continue;
      expect(code, err).toBe(0);
      break;
    }
    expect(tensors('killed')).toEqual(withoutMore(tensors('runs')));
    expect(readdirSync(at('killed'))).toEqual(['models', 'tiny']);
    expect(index('killed').runs.every(({ state }) => state === 'done')).toBe(true);
  });

  test('a signal stops what runs, keeps its state, and says how to go on', async () => {
    const running = start(command('stopped'));
    await running.printed('"state":"trained"');
    running.process.kill('SIGINT');
    const { code, err } = await running.ended;
    expect(code).toBe(130);
    expect(err).toMatch(/Interrupted with [1-5] models to go; the same command continues/);
    const states = index('stopped').runs.map(({ state }) => state);
    expect(states.filter((state) => state === 'missing').length).toBeGreaterThan(0);
    expect(states).not.toContain('failed');
  });

  test('two at once in one folder are refused', async () => {
    const running = start(command('busy'));
    await running.printed('"state":"start"');
    expect(await run(...command('busy'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('in use by process'),
    });
    running.process.kill('SIGINT');
    await running.ended;
  });

  test.each<[string, string, number, string]>([
    ['no file', '', 1, 'could not be read'],
    ['an encoder that is missing', experiment.replace('./encoder', './encode'), 1, 'There is no folder'],
    ['a task without its data', experiment.replace('data }', 'dat }'), 1, 'RTE/train.tsv'],
    [
      'a value out of range',
      experiment.replace('epochs: 2', 'epochs: 0'),
      2,
      'options.epochs must be a whole number of at least 1, not 0',
    ],
  ])('%s is said, and nothing is written', async (_, text, code, message) => {
    if (text !== '') writeFileSync(at('bad.yaml'), text);
    const outcome = await run('run', at(text === '' ? 'none.yaml' : 'bad.yaml'), '--out', at('bad'));
    expect(outcome).toMatchObject({ code, err: expect.stringContaining(message) });
    expect(() => readdirSync(at('bad'))).toThrow('ENOENT');
  });
});

/** Without the model of the second experiment in the same folder. */
function withoutMore(all: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('scalearn-uniform')));
}
