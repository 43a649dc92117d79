// An experiment's folder, and all that it was trained from, can be moved and copied: everything goes on there.
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExperimentIndex, readRunFile } from '@scalearn/experiments';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { events, must, run } from '../support/run.ts';
import { tinyWorld } from '../support/tiny.ts';

const folder = scratchFolder();
const project = join(folder, 'project');
const experiment = `encoders: [./encoder]
data: { glue: data }
tasks: [glue/rte, glue/stsb]
options: { epochs: 1, batchSize: 8, limit: 16, evalLimit: 8 }
methods:
  adapter: { method: bottleneck }
  scalearn++: { sources: adapter, tasks: [glue/rte] }
`;
const device = ['--device', 'reference'];

beforeAll(async () => {
  tinyWorld(project);
  writeFileSync(join(project, 'tiny.yaml'), experiment);
  await must('run', join(project, 'tiny.yaml'), '--out', join(project, 'runs'), ...device);
}, 120_000);

/** Folders of the models in a store: two adapters, and the model of the second stage. */
function modelsOf(store: string): readonly [rte: string, stsb: string, scalearn: string] {
  const { runs } = JSON.parse(readFileSync(join(store, 'tiny/experiment.json'), 'utf8')) as ExperimentIndex;
  return runs.map((each) => join(store, 'tiny', each.folder)) as [string, string, string];
}

/** Everything that can be done with models that are there. */
async function useAll(root: string, store: string): Promise<void> {
  const again = await must('run', join(root, 'tiny.yaml'), '--out', store, ...device, '--json');
  expect(events(again).at(-1)).toMatchObject({ event: 'done', trained: 0, reused: 3 });
  const [rte, stsb, scalearn] = modelsOf(store);
  const scored = await must('evaluate', '--model', scalearn, ...device, '--json');
  const stored = JSON.parse(readFileSync(join(scalearn, 'run.json'), 'utf8'));
  expect(events(scored)[0]).toMatchObject({ metrics: { accuracy: stored.results.test.metrics.accuracy } });
  expect(scored.err).toBe('');
  await must('merge', '--model', scalearn, '--out', join(store, 'merged'), '--overwrite');
  const merged = await readRunFile(join(store, 'merged'));
  expect(merged?.mergedFrom?.path).toBe(scalearn);
  expect(merged?.sources.map(({ path }) => path)).toEqual([stsb, rte]);
  const report = await must('report', join(store, 'tiny'), '--format', 'json');
  const { runs } = JSON.parse(report.out) as { runs: { id: string; sources: { run: string }[] }[] };
  expect(runs[2]?.sources.map((source) => source.run)).toEqual([runs[1]?.id, runs[0]?.id]);
  const train = [
    ...['train', '--encoder', join(root, 'encoder'), '--data', join(root, 'data'), '--task', 'glue/rte'],
    ...['--method', 'scalearn++', '--epochs', '1', '--batch-size', '8', '--limit', '16', '--eval-limit', '8'],
    ...[...device, '--quiet', '--out', scalearn, '--resume', '--sources'],
  ];
  await must(...train, stsb, rte);
  expect(await run(...train, rte, stsb)).toMatchObject({
    code: 2,
    err: expect.stringContaining('sources was'),
  });
}

/** Writes paths as earlier versions did: absolute, and without fingerprints of sources. */
function asEarlier(store: string): void {
  for (const model of modelsOf(store)) {
    const path = join(model, 'run.json');
    const json = JSON.parse(readFileSync(path, 'utf8'));
    json.settings.sources = json.settings.sources.map((each: string) => join(model, each));
    json.sources = json.sources.map((each: { name: string; path: string }) => ({
      name: each.name,
      path: join(model, each.path),
    }));
    writeFileSync(path, JSON.stringify(json));
  }
}

describe.each([
  ['as they are written', () => {}],
  ['as earlier versions wrote them', asEarlier],
])('with paths %s', { timeout: 120_000 }, (name, write) => {
  const own = join(folder, name.replaceAll(' ', '-'));
  beforeAll(() => {
    cpSync(project, own, { recursive: true });
    // The copy is where it all was made.
    renameSync(project, `${project}-away`);
    renameSync(own, project);
    write(join(project, 'runs'));
    renameSync(project, own);
  });
  afterAll(() => renameSync(`${project}-away`, project));

  test('the models are copied', async () => {
    cpSync(join(own, 'runs'), join(own, 'copied'), { recursive: true });
    await useAll(own, join(own, 'copied'));
  });

  test('the models are moved', async () => {
    renameSync(join(own, 'copied'), join(own, 'moved'));
    await useAll(own, join(own, 'moved'));
  });

  test('all is moved, the encoder and the data with it', async () => {
    const other = `${own}-moved`;
    renameSync(own, other);
    await useAll(other, join(other, 'runs'));
  });
});

test('the models are copied, and the others are there still', async () => {
  cpSync(join(project, 'runs'), join(project, 'copied'), { recursive: true });
  await useAll(project, join(project, 'copied'));
}, 120_000);

test('in a run.json no path of a source is absolute', () => {
  const [rte, stsb, scalearn] = modelsOf(join(project, 'runs'));
  const text = readFileSync(join(scalearn, 'run.json'), 'utf8');
  const stored = JSON.parse(text);
  const names = [stsb, rte].map((path) => `../${path.split('/').at(-1)}`);
  expect(stored.settings.sources).toEqual(names);
  expect(stored.sources.map(({ path }: { path: string }) => path)).toEqual(names);
  expect(text).not.toContain(join(project, 'runs'));
});
