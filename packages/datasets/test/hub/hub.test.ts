import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HubError } from '@scalearn/hub';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../../../test/support/hub-server.ts';
import { parquetFile } from '../../../../test/support/parquet.ts';
import {
  EmptyFileError,
  LabelError,
  type LoadOptions,
  loadTask,
  MalformedRowError,
  MissingColumnError,
  MissingFileError,
  memorySource,
  type Task,
  UnreadableFileError,
} from '../../src/index.ts';

const GLUE = 'datasets/nyu-mll/glue';
const SUPERGLUE = 'datasets/aps/super_glue';
const columns = { sentence1: 'STRING', sentence2: 'STRING', label: 'INT64', idx: 'INT32' } as const;

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ sentence1: `Anna has ${from + i} cats.`, sentence2: 'Anna has a cat.' },
    ...{ label: (from + i) % 2, idx: from + i },
  }));

const rte = {
  'rte/train-00000-of-00002.parquet': parquetFile(columns, rows(0, 30), 'ZSTD'),
  'rte/train-00001-of-00002.parquet': parquetFile(columns, rows(30, 10), 'GZIP'),
  'rte/validation-00000-of-00001.parquet': parquetFile(columns, rows(100, 8)),
  'rte/test-00000-of-00001.parquet': parquetFile(columns, rows(200, 8)),
};
const wicColumns = { word: 'STRING', ...columns } as const;
const wic = (from: number, count: number) =>
  parquetFile(
    wicColumns,
    rows(from, count).map((row) => ({ ...row, word: 'cat' })),
  );

let hub: HubServer;
let cacheDir = '';
let options: LoadOptions;

beforeEach(async () => {
  hub = await startHubServer({
    [GLUE]: { commit: 'ab'.repeat(20), files: { ...rte, 'README.md': new Uint8Array(3) } },
    [SUPERGLUE]: {
      commit: 'cd'.repeat(20),
      files: { 'super_glue.py': new Uint8Array(3) },
      revisions: {
        'refs/convert/parquet': {
          commit: 'ef'.repeat(20),
          files: { 'wic/train/0000.parquet': wic(0, 40), 'wic/validation/0000.parquet': wic(40, 8) },
        },
      },
    },
  });
  cacheDir = await mkdtemp(join(tmpdir(), 'scalearn-hub-data-'));
  options = { hub: { endpoint: hub.url, cacheDir, retries: 0 } };
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await hub.close();
  await rm(cacheDir, { recursive: true });
});

const failure = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );

function expectRte(task: Task): void {
  expect(task.rows).toEqual({ train: 40, test: 8 });
  const all = [...task.train, ...task.validation].sort((a, b) => a.index - b.index);
  expect(all.map(({ segments: [first] }) => first)).toEqual(rows(0, 40).map((row) => row.sentence1));
  expect(task.test[1]).toEqual({
    index: 1,
    segments: ['Anna has 101 cats.', 'Anna has a cat.'],
    label: 1,
  });
}

describe('without data, a task', () => {
  test('comes from the hub, all of its shards in order and nothing else', async () => {
    expectRte(await loadTask('glue/rte', options));
    const fetched = hub.requests.filter((line) => line.includes('/resolve/'));
    expect(fetched.length).toBeGreaterThan(0);
    expect(fetched.some((line) => /test-|README/.test(line))).toBe(false);
    hub.requests.length = 0;
    expectRte(await loadTask('glue/rte', options));
    expect(hub.requests.filter((line) => line.includes('/resolve/'))).toEqual([]);
  });

  test('has the fingerprint of the same rows in official files', async () => {
    const named = ['entailment', 'not_entailment'];
    const tsv = (list: ReturnType<typeof rows>): string =>
      ['index\tsentence1\tsentence2\tlabel']
        .concat(list.map((row) => [row.idx, row.sentence1, row.sentence2, named[row.label]].join('\t')))
        .join('\n');
    const data = memorySource({ 'RTE/train.tsv': tsv(rows(0, 40)), 'RTE/dev.tsv': tsv(rows(100, 8)) });
    const [fromHub, official] = [await loadTask('glue/rte', options), await loadTask('glue/rte', { data })];
    expect(fromHub).toEqual(official);
  });

  test('comes from the branch of converted files where the data set has none of its own', async () => {
    const task = await loadTask('superglue/wic', options);
    expect(task.rows).toEqual({ train: 40, test: 8 });
    expect(task.test[0]!.segments).toEqual(['cat: Anna has 40 cats.', 'cat: Anna has a cat.']);
  });

  test('is there again without a connection, and offline', async () => {
    await loadTask('glue/rte', options);
    await loadTask('superglue/wic', options);
    await hub.close();
    const offline = { hub: { ...options.hub, offline: true } };
    for (const each of [options, offline]) {
      expectRte(await loadTask('glue/rte', each));
      expect((await loadTask('superglue/wic', each)).rows).toEqual({ train: 40, test: 8 });
    }
  });

  test('that was not downloaded is an error that says so', async () => {
    const offline = { hub: { ...options.hub, offline: true } };
    const error = await failure(loadTask('glue/rte', offline));
    expect(error).toBeInstanceOf(HubError);
    expect((error as Error).message).toMatch(/nyu-mll\/glue.*not in the cache.*HF_HUB_OFFLINE/);
  });

  test('of which only a part was downloaded is no smaller task', async () => {
    const files = { ...rte };
    await loadTask('glue/rte', options);
    const snapshot = join(cacheDir, 'datasets--nyu-mll--glue/snapshots', 'ab'.repeat(20), 'rte');
    expect(await readdir(snapshot)).toEqual(
      Object.keys(files)
        .filter((name) => !name.includes('test'))
        .map((name) => name.slice(4)),
    );
    await rm(join(snapshot, 'train-00001-of-00002.parquet'));
    const error = await failure(loadTask('glue/rte', { hub: { ...options.hub, offline: true } }));
    expect(error).toMatchObject({ name: 'MissingFileError', looked: ['rte/train-00001-of-00002.parquet'] });
  });

  test('whose name claims very many files is an error that names some of them', async () => {
    const data = memorySource({
      'rte/train-00000-of-4000000000.parquet': rte['rte/train-00000-of-00002.parquet']!,
    });
    const error = await failure(loadTask('glue/rte', { data }));
    expect(error).toBeInstanceOf(MissingFileError);
    expect((error as MissingFileError).looked).toHaveLength(10);
  });

  test('the hub does not have is an error that names its files', async () => {
    const error = await failure(loadTask('glue/cola', options));
    expect(error).toBeInstanceOf(MissingFileError);
    expect((error as Error).message).toMatch(/cola\/train-\*\.parquet.*nyu-mll\/glue of the hub/);
  });

  test('is fetched directly in a browser', async () => {
    vi.stubGlobal('process', undefined);
    expectRte(await loadTask('glue/rte', options));
  });

  test('whose download breaks leaves the cache as it was', async () => {
    hub.behavior = 'corrupt';
    expect(await failure(loadTask('glue/rte', options))).toMatchObject({ reason: 'damaged' });
    hub.behavior = 'break';
    expect(await failure(loadTask('glue/rte', options))).toMatchObject({ reason: 'unreachable' });
    hub.behavior = 'send';
    expectRte(await loadTask('glue/rte', options));
  });
});

describe("a folder with the hub's files", () => {
  test('is data, as is the snapshot in the cache', async () => {
    const data = join(cacheDir, 'glue');
    for (const [name, bytes] of Object.entries(rte)) {
      await mkdir(dirname(join(data, name)), { recursive: true });
      await writeFile(join(data, name), bytes);
    }
    expectRte(await loadTask('glue/rte', { data }));
    await loadTask('glue/rte', options);
    const snapshot = join(cacheDir, 'datasets--nyu-mll--glue/snapshots', 'ab'.repeat(20));
    expectRte(await loadTask('glue/rte', { data: snapshot }));
    await cp(join(data, 'rte'), join(data, 'RTE'), { recursive: true });
    await rm(join(data, 'rte'), { recursive: true });
    const error = await failure(loadTask('glue/rte', { data }));
    expect((error as Error).message).toMatch(/RTE\/train\.tsv.*rte\/train-\*\.parquet/);
  });

  test('may be chosen in a browser', async () => {
    const { fileListSource } = await import('../../src/index.ts');
    const files = Object.entries(rte).map(([name, bytes]) =>
      Object.defineProperty(new File([bytes], 'x'), 'webkitRelativePath', { value: `glue/${name}` }),
    );
    expectRte(await loadTask('glue/rte', { data: fileListSource(files) }));
  });
});

describe('files that are wrong', () => {
  const TRAIN = 'rte/train-00000-of-00001.parquet';
  const VALIDATION = 'rte/validation-00000-of-00001.parquet';
  const good = parquetFile(columns, rows(0, 20));
  const load = (train: Uint8Array<ArrayBuffer>) =>
    failure(loadTask('glue/rte', { data: memorySource({ [TRAIN]: train, [VALIDATION]: good }) }));
  const { sentence2: _, ...fewer } = columns;

  test.each<[string, Uint8Array<ArrayBuffer>, new (...args: never[]) => Error, RegExp]>([
    ['no parquet', new TextEncoder().encode('<html>'), UnreadableFileError, /damaged.*fetch the file again/],
    ['empty', new Uint8Array(0), UnreadableFileError, /damaged/],
    ['cut short', good.slice(0, good.length - 100), UnreadableFileError, /damaged/],
    ['overwritten', good.map((byte, i) => (i > 10 && i < 400 ? 0xff : byte)), UnreadableFileError, /damaged/],
    ['without a column', parquetFile(fewer, rows(0, 20)), MissingColumnError, /"sentence2".*columns are/],
    ['without rows', parquetFile(columns, []), EmptyFileError, /no rows/],
    [
      'with numbers for texts',
      parquetFile(
        { ...columns, sentence1: 'INT32' },
        rows(0, 20).map((row) => ({ ...row, sentence1: 1 })),
      ),
      MalformedRowError,
      /row 1: sentence1 is 1, expected a text/,
    ],
    [
      'with a row without text',
      parquetFile(columns, [...rows(0, 19), { ...rows(19, 1)[0], sentence2: null }]),
      MalformedRowError,
      /row 20: sentence2 is null/,
    ],
    [
      'with a hidden label',
      parquetFile(columns, [...rows(0, 19), { ...rows(19, 1)[0], label: -1 }]),
      LabelError,
      /row 20: the label is "-1", expected one of entailment/,
    ],
  ])('%s', async (_, train, type, message) => {
    const error = await load(train);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(TRAIN);
    expect((error as Error).message).toMatch(message);
  });

  test('a text that is not UTF-8 is damage, one that begins with U+FEFF is not', async () => {
    const marked = rows(0, 20).map((row) => ({ ...row, sentence1: `\uFEFF${row.sentence1}` }));
    const data = memorySource({ [TRAIN]: good, [VALIDATION]: parquetFile(columns, marked) });
    expect((await loadTask('glue/rte', { data })).test[0]!.segments[0]).toBe('\uFEFFAnna has 0 cats.');
    const bytes = parquetFile(
      { ...columns, sentence1: 'BYTES' },
      rows(0, 20).map((row) => ({ ...row, sentence1: Uint8Array.of(0xff) })),
    );
    const error = await load(bytes);
    expect(error).toBeInstanceOf(MalformedRowError);
    expect(error).toHaveProperty(
      'message',
      'rte/train-00000-of-00001.parquet, row 1: sentence1 is text that is not valid UTF-8, expected a text. Repair the row or fetch the file again.',
    );
  });
});
