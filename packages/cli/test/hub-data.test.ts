// Tasks without --data come from the hub: here from a server on this machine that speaks its protocol.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type HubServer, startHubServer } from '../../../test/support/hub-server.ts';
import { parquetFile } from '../../../test/support/parquet.ts';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { sentence } from './support/own-files.ts';
import { events, type Outcome, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const sectors = ['Agriculture', 'Health', 'WASH'];

const pairs = (from: number, rows: number): Uint8Array =>
  parquetFile(
    { sentence1: 'STRING', sentence2: 'STRING', label: 'INT64', idx: 'INT32' },
    Array.from({ length: rows }, (_, i) => ({
      ...{ sentence1: sentence(from + i), sentence2: sentence(from + 2 * i), label: i % 2, idx: i },
    })),
  );
const excerpts = (from: number, rows: number): Uint8Array =>
  parquetFile(
    { excerpt: 'STRING', sectors: { list: 'STRING' } },
    Array.from({ length: rows }, (_, i) => ({
      excerpt: sentence(from + i),
      sectors: sectors.filter((_, id) => (from + i) % (id + 2) === 0),
    })),
  );
const glue = {
  'rte/train-00000-of-00002.parquet': pairs(0, 50),
  'rte/train-00001-of-00002.parquet': pairs(50, 10),
  'rte/validation-00000-of-00001.parquet': pairs(60, 20),
};
const humset = {
  '1.0.0/train/0000.parquet': excerpts(0, 40),
  '1.0.0/validation/0000.parquet': excerpts(40, 10),
  '1.0.0/test/0000.parquet': excerpts(50, 12),
};

let hub: HubServer;
beforeAll(async () => {
  hub = await startHubServer({
    'datasets/nyu-mll/glue': { commit: 'ab'.repeat(20), files: glue },
    'datasets/nlp-thedeep/humset': { commit: 'cd'.repeat(20), files: humset },
  });
  vi.stubEnv('HF_ENDPOINT', hub.url);
  vi.stubEnv('HF_HUB_CACHE', at('cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

const train = (task: string, out: string, ...more: string[]): Promise<Outcome> =>
  run(
    ...['train', '--encoder', world.encoder, '--task', task, '--out', at(out), '--device', 'onnx'],
    ...['--batch-size', '8', ...more],
  );
const runFile = (name: string): RunFile =>
  JSON.parse(readFileSync(join(at(name), 'run.json'), 'utf8')) as RunFile;

describe('a task without --data', () => {
  test('is downloaded, trained on, and found again by evaluate, without a connection too', async () => {
    const outcome = await train('glue/rte', 'rte', '--max-steps', '5', '--json');
    expect(outcome.code, outcome.err).toBe(0);
    const files = (): string[] => hub.requests.filter((line) => line.includes('/resolve/'));
    for (const name of Object.keys(glue)) expect(files().join('\n')).toContain(name);
    const asked = hub.requests.length;
    const { data, settings, results } = runFile('rte');
    expect(data).toMatchObject({ path: null, rows: { train: 54, validation: 6, test: 20 } });
    expect(settings.data).toBeNull();
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const again = await run('evaluate', '--model', at('rte'), '--device', 'onnx', '--json');
    vi.stubEnv('HF_HUB_OFFLINE', undefined);
    expect(again.code, again.err).toBe(0);
    expect(events(again)[0]).toMatchObject({ metrics: results.test?.metrics });
    expect(hub.requests).toHaveLength(asked);
  });

  test("gives the same model from a folder with the hub's files", async () => {
    for (const [name, bytes] of Object.entries(glue)) {
      mkdirSync(dirname(join(at('glue'), name)), { recursive: true });
      writeFileSync(join(at('glue'), name), bytes);
    }
    expect((await train('glue/rte', 'rte-folder', '--max-steps', '5', '--data', at('glue'))).code).toBe(0);
    const [fromHub, fromFolder] = [runFile('rte'), runFile('rte-folder')];
    expect(fromFolder.data).toMatchObject({ path: at('glue'), fingerprint: fromHub.data.fingerprint });
    expect(fromFolder.results).toEqual(fromHub.results);
  });

  test('that the hub lacks, or that offline is not in the cache, is said in one sentence', async () => {
    const missing = await train('glue/cola', 'cola');
    expect(missing.code).toBe(1);
    expect(missing.err).toMatch(
      /error: Found none of CoLA\/train\.tsv.*cola\/train-\*\.parquet.*nyu-mll\/glue/,
    );
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    const offline = await train('superglue/cb', 'cb');
    vi.stubEnv('HF_HUB_OFFLINE', undefined);
    expect(offline.code).toBe(1);
    expect(offline.err).toMatch(/error: aps\/super_glue@main: it is not in the cache. Unset HF_HUB_OFFLINE/);
    expect(offline.err).not.toContain('bug');
  });
});

describe('HumSet', () => {
  test('is trained on, its labels stored in their fixed order, its best epoch that of the best macro-F1', async () => {
    const outcome = await train('humset/sectors', 'sectors', '--max-steps', '30', '--learning-rate', '0.03');
    expect(outcome.code, outcome.err).toBe(0);
    const { settings, data, results, history, bestEpoch } = runFile('sectors');
    expect(settings.selectBy).toBe('f1Macro');
    expect(data.rows).toEqual({ train: 40, validation: 10, test: 12 });
    const metrics = ['f1Macro', 'precisionMacro', 'recallMacro', 'accuracy'];
    expect(Object.keys(results.test?.metrics ?? {})).toEqual(metrics);
    const scores = history.map(({ validationMetrics }) => validationMetrics.f1Macro ?? 0);
    expect(bestEpoch - 1).toBe(scores.indexOf(Math.max(...scores)));
    const head = JSON.parse(readFileSync(join(at('sectors'), 'head_config.json'), 'utf8')) as {
      config: { label2id: Record<string, number> };
    };
    expect(Object.keys(head.config.label2id)).toHaveLength(11);
    expect(head.config.label2id).toMatchObject({ Agriculture: 0, Health: 4, WASH: 10 });
    const again = await run('evaluate', '--model', at('sectors'), '--device', 'onnx', '--json');
    expect(events(again)[0]).toMatchObject({ metrics: results.test?.metrics });
  });
});

describe('--select-by', () => {
  test('replaces what the paper goes by', async () => {
    expect(
      (
        await train(
          'humset/sectors',
          'by-loss',
          '--max-steps',
          '30',
          '--learning-rate',
          '0.03',
          '--select-by',
          'loss',
        )
      ).code,
    ).toBe(0);
    const { settings, history, bestEpoch } = runFile('by-loss');
    expect(settings.selectBy).toBeUndefined();
    const losses = history.map(({ validationLoss }) => validationLoss ?? Number.NaN);
    expect(bestEpoch - 1).toBe(losses.indexOf(Math.min(...losses)));
    expect(bestEpoch).not.toBe(runFile('sectors').bestEpoch);
    expect((await train('glue/rte', 'by-accuracy', '--max-steps', '5', '--select-by', 'accuracy')).code).toBe(
      0,
    );
    expect(runFile('by-accuracy').settings.selectBy).toBe('accuracy');
    const primary = await train('humset/sectors', 'by-primary', '--max-steps', '5', '--select-by', 'primary');
    expect(primary.code, primary.err).toBe(0);
    expect(runFile('by-primary').settings.selectBy).toBe('f1Macro');
  });

  test('must be a metric of the task', async () => {
    const { code, err } = await train('glue/rte', 'wrong', '--select-by', 'f1');
    expect(code).toBe(2);
    expect(err).toMatch(/--select-by is f1, which glue\/rte does not have; it has loss, primary, accuracy/);
  });
});
