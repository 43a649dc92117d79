import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '@scalearn/experiments';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import type { QuickstartSetup } from '../src/quickstart/quickstart.ts';
import type { QuickstartResults } from '../src/quickstart/results.ts';
import { type QuickstartOutcome, readResults, runQuickstart, tinySetup } from './support/quickstart.ts';
import { events, run } from './support/run.ts';

const folder = scratchFolder();
const at = (...names: string[]): string => join(folder, ...names);
const ids = ['single', 'scalearn', 'scalearn-uniform', 'scalearn++', 'scalearn-uniform++', 'adapter-fusion'];
const must = async (...args: Parameters<typeof runQuickstart>): Promise<QuickstartOutcome> => {
  const outcome = await runQuickstart(...args);
  expect(outcome.error).toBeUndefined();
  return outcome;
};
const jsonLines = (outcome: QuickstartOutcome): Record<string, unknown>[] => events({ ...outcome, code: 0 });
/** Without what differs from run to run. */
const scores = ({ methods, coefficients, baseline, merged }: QuickstartResults): unknown => ({
  ...{ coefficients, baseline, merged },
  methods: methods.map(({ seconds: _, ...rest }) => rest),
});

let setup: QuickstartSetup;
let whole: QuickstartOutcome;
beforeAll(async () => {
  setup = await tinySetup(folder);
  whole = await must(setup, { out: at('whole') });
});

describe('a quickstart', () => {
  test('leaves every model, a merged one, its results and a report', () => {
    expect(readdirSync(at('whole')).sort()).toEqual([...ids, 'merged', 'report.html', 'results.json'].sort());
    for (const id of ids) expect(readdirSync(at('whole', id)).sort()).toEqual(['seed-0', 'seed-1']);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('results.json has what it promises', () => {
    const results = readResults(at('whole'));
    expect(Object.keys(results).slice(0, 4)).toEqual(['task', 'device', 'seconds', 'methods']);
    expect(results).toMatchObject({ task: 'miniglue/rte', device: 'onnx', seeds: [0, 1], complete: true });
    expect(results.rows).toEqual({ train: 16, validation: 8, test: 100 });
    expect(results.seconds).toBeGreaterThan(0);
    expect(results.methods.map(({ method }) => method)).toEqual(ids);
    // 2 layers of 36·2 + 2 + 2·36 + 36; then 2 sources: times 36 or 1, and 2 layers or 1.
    expect(results.methods.map(({ parameters }) => parameters)).toEqual([
      364,
      144,
      4,
      72,
      2,
      2 * (3 * 36 ** 2 + 2 * 36),
    ]);
    for (const { metric, scores: [a, b] = [], mean, std, seconds } of results.methods) {
      const [first, second] = [a as number, b as number];
      expect(metric).toBe('accuracy');
      expect(mean).toBeCloseTo((first + second) / 2, 12);
      expect(std).toBeCloseTo(Math.abs(first - second) / Math.SQRT2, 12);
      expect(seconds).toBeGreaterThan(0);
    }
    // The classes are about equally common.
    expect(results.baseline).toMatchObject({ method: 'majority', metric: 'accuracy' });
    expect(results.baseline.score).toBeGreaterThan(0.4);
  });

  test('the coefficients are those of the models, by source and layer', () => {
    const { coefficients } = readResults(at('whole'));
    expect(coefficients.map(({ method, sources, layers }) => [method, sources, layers])).toEqual([
      ['scalearn', ['sst2', 'mnli'], ['1', '2']],
      ['scalearn-uniform', ['sst2', 'mnli'], ['1', '2']],
      ['scalearn++', ['sst2', 'mnli'], ['all']],
      ['scalearn-uniform++', ['sst2', 'mnli'], ['all']],
    ]);
    expect(coefficients.map(({ start }) => start)).toEqual([1, 1, 1, 1]);
    for (const value of coefficients.flatMap(({ values }) => values.flat())) {
      expect(value).toBeGreaterThan(0.8);
      expect(value).toBeLessThan(1.2);
      expect(value).not.toBe(1);
    }
  });

  test('its models are what evaluate scores, the merged one alike', async () => {
    const { methods, merged } = readResults(at('whole'));
    const metrics = async (model: string): Promise<unknown> => {
      const outcome = await run('evaluate', '--model', at('whole', model), '--json', '--device', 'onnx');
      expect(outcome.code, outcome.err).toBe(0);
      return events(outcome)[0]?.metrics;
    };
    expect(await metrics('single/seed-1')).toEqual({ accuracy: methods[0]?.scores[1] });
    const [id, seed] = (merged ?? '').split('/');
    const best = methods.find(({ method }) => method === id);
    const score = best?.scores[Number(seed?.replace('seed-', ''))];
    expect(await metrics('merged')).toEqual({ accuracy: score });
  });

  test('says what there is, what it does, what came of it, and how to go on', () => {
    const { err, out } = whole;
    for (const text of ['machine  ', 'device   ONNX Runtime', 'task     miniglue/rte, 16 rows to train on'])
      expect(out).toContain(text);
    expect(out).toMatch(/\nnot_entailment\n {2}sentence1 {2}\w/);
    expect(out).toMatch(/To train: 12 models, estimated at \d+:\d\d or less\./);
    expect(err).toContain('single adapter, seed 0: accuracy');
    expect(err).toContain('(12 of 12)');
    expect(out).toMatch(/\nmajority class +– +0\.\d{3}/);
    expect(out).toMatch(/\nScaLearn\+\+ +72 +0\.\d{3} ± 0\.\d{3} +\d/);
    expect(out.match(/^ {2}(npx )?scalearn train --task /gm)).toHaveLength(3);
  });

  test('the report has the scores of the results', () => {
    const report = readFileSync(at('whole', 'report.html'), 'utf8');
    for (const { mean } of readResults(at('whole')).methods) expect(report).toContain((mean ?? 0).toFixed(3));
    for (const text of ['ScaLearnUniform++', 'mnli', 'validation loss', 'ONNX Runtime'])
      expect(report).toContain(text);
    expect(report).toContain('AdapterFusion 0.001');
    expect(report).not.toContain('undefined 0.001');
  });

  test('another one in its folder replaces it, and leaves files that are not of a quickstart', async () => {
    const out = at('again');
    await must(setup, { out, fast: true, quiet: true });
    writeFileSync(join(out, 'notes.txt'), 'mine');
    const before = statSync(join(out, 'single/seed-0/run.json')).mtimeMs;
    const outcome = await must(setup, { out, fast: true, json: true });
    expect(jsonLines(outcome)[0]).toMatchObject({ event: 'plan', models: 6, reused: 0 });
    expect(statSync(join(out, 'single/seed-0/run.json')).mtimeMs).toBeGreaterThan(before);
    expect(readFileSync(join(out, 'notes.txt'), 'utf8')).toBe('mine');
    const firstOnly = readResults(at('whole')).methods.map(({ scores: [score] }) => [[score], score, null]);
    const { methods } = readResults(out);
    expect(methods.map(({ scores, mean, std }) => [scores, mean, std])).toEqual(firstOnly);
  });

  test("holds a model's folder as long as it trains the model", async () => {
    const locked = new Set<boolean>();
    const isLocked = (): boolean =>
      readdirSync(at('held'), { recursive: true }).some((name) => String(name).endsWith('.seed-0.lock'));
    const watch = (text: string): void => void (text.includes('"event":"step"') && locked.add(isLocked()));
    await runQuickstart(setup, { out: at('held'), seeds: 1, json: true }, { out: watch });
    expect([...locked]).toEqual([true]);
  });

  test('any other folder is refused, and stays as it is', async () => {
    for (const name of ['notes.txt', 'results.json']) {
      const out = at(`other-${name}`);
      mkdirSync(out);
      writeFileSync(join(out, name), '{}');
      const { error } = await runQuickstart(setup, { out, overwrite: true });
      expect(error).toBeInstanceOf(UsageError);
      expect(error?.message).toContain('holds no quickstart');
      expect(readdirSync(out)).toEqual([name]);
    }
  });
});

describe('--json', () => {
  test('prints a line for every event; the last one is results.json', async () => {
    const out = at('json');
    const lines = jsonLines(await must(setup, { out, seeds: 1, json: true }));
    const steps = ['start', 'step', 'step', 'epoch', 'step', 'step', 'epoch', 'model'];
    expect(lines.map(({ event }) => event)).toEqual(['plan', ...ids.flatMap(() => steps), 'done']);
    expect(lines[0]?.expectedSeconds).toBeGreaterThan(0);
    const models = lines.filter(({ event }) => event === 'model');
    expect(models.map(({ method, seed, reused }) => [method, seed, reused])).toEqual(
      ids.map((id) => [id, 0, false]),
    );
    expect(lines.at(-1)).toEqual({ event: 'done', ...readResults(out), out });
  });

  test('with --quiet the last line is the only one', async () => {
    const outcome = await must(setup, { out: at('quiet'), seeds: 1, json: true, quiet: true });
    expect(jsonLines(outcome).map(({ event }) => event)).toEqual(['done']);
    expect(outcome.err).toBe('');
  });
});

describe('an interrupted quickstart', () => {
  const interruptAt = 'ScaLearn, seed 0: accuracy';

  test('keeps its models, says so, and ends as if nothing had been', async () => {
    const out = at('interrupted');
    const { error } = await runQuickstart(setup, { out }, { interruptAt });
    expect(error?.name).toBe('StoppedError');
    expect(error?.message).toContain(`Interrupted after 3 of 12 models; they are kept in ${out}`);
    expect(readResults(out)).toMatchObject({ complete: false, methods: [] });
    const kept = readFileSync(join(out, 'single/seed-1/run.json'), 'utf8');
    const lines = jsonLines(await must(setup, { out, json: true }));
    expect(lines[0]).toMatchObject({ event: 'plan', models: 12, reused: 3 });
    expect(lines.filter(({ reused }) => reused === true)).toHaveLength(3);
    expect(readFileSync(join(out, 'single/seed-1/run.json'), 'utf8')).toBe(kept);
    expect(scores(readResults(out))).toEqual(scores(readResults(at('whole'))));
  });

  test.each<[string, object]>([
    ['other rows', { rows: 24 }],
    ['--overwrite', { overwrite: true }],
  ])('begins anew with %s', async (_, more) => {
    const out = at('anew');
    await runQuickstart(setup, { out }, { interruptAt });
    expect(existsSync(join(out, 'single/seed-1/run.json'))).toBe(true);
    const lines = jsonLines(await must(setup, { out, seeds: 1, json: true, ...more }));
    expect(lines[0]).toMatchObject({ event: 'plan', models: 6, reused: 0 });
    expect(existsSync(join(out, 'single/seed-1'))).toBe(false);
  });

  test('before the first model there is nothing to keep', async () => {
    const { error } = await runQuickstart(setup, { out: at('early') }, { interruptAt: 'To train' });
    expect(error?.message).toContain('Interrupted after 0 of 12 models; there is nothing to keep');
  });
});

describe('other targets', () => {
  test.each([
    ['stsb', 'pearson', 'mean'],
    ['cola', 'matthewsCorrelation', 'majority'],
  ])('%s is scored by its metric', async (target, metric, method) => {
    const out = at(target);
    await must(setup, { out, target, seeds: 1, quiet: true });
    const { baseline, methods, coefficients } = readResults(out);
    expect(methods[1]).toMatchObject({ metric, std: null });
    // Without any spread there is no correlation: none at all, or one of 0.
    expect(baseline).toEqual({ method, metric, score: metric === 'pearson' ? null : 0 });
    expect(coefficients[0]?.sources).toEqual(['sst2', 'mnli', 'rte']);
  });
});

test('an encoder that is not there is one sentence', async () => {
  const assets = { ...setup.assets, encoder: at('nowhere') };
  const { error } = await runQuickstart({ ...setup, assets }, { out: at('broken') });
  expect(error?.message).toContain(at('nowhere'));
});
