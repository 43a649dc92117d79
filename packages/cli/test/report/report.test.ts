import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseReportData } from '@scalearn/report';
import { beforeAll, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../../test/support/scratch.ts';
import { events, must, run } from '../support/run.ts';
import { tinyWorld } from '../support/tiny.ts';

const folder = scratchFolder();
const world = tinyWorld(folder);
const at = (name: string): string => join(folder, name);
const train = (task: string, out: string, ...more: string[]): Promise<unknown> =>
  must(
    'train',
    ...['--encoder', world.encoder, '--data', world.data, '--task', task, '--out', at(out)],
    ...['--batch-size', '8', '--epochs', '2', '--device', 'onnx', '--quiet', ...more],
  );
const editRun = (name: string, change: (file: Record<string, unknown>) => void): void => {
  const path = join(at(name), 'run.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  change(file);
  writeFileSync(path, JSON.stringify(file));
};

beforeAll(async () => {
  await train('glue/stsb', 'stsb');
  for (const seed of ['0', '1']) {
    await train('glue/rte', `rte-${seed}`, '--seed', seed);
    const more = ['--seed', seed, '--method', 'scalearn', '--sources', at('stsb'), at('rte-0')];
    await train('glue/rte', `two-stage-${seed}`, ...more);
  }
});

const runs = (): string[] => ['stsb', 'rte-0', 'rte-1', 'two-stage-0', 'two-stage-1'].map(at);

describe('scalearn report', () => {
  test('writes a page, and says what it is of', async () => {
    const [done] = events(await must('report', ...runs(), '--out', at('page.html'), '--json'));
    expect(done).toEqual({ event: 'done', format: 'html', runs: 5, missing: 0, out: at('page.html') });
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page).toMatch(/^<!DOCTYPE html>/);
    for (const heading of ['Results', 'Learned coefficients', 'Cost', 'What was run'])
      expect(page).toContain(`<h2>${heading}</h2>`);
    // Nothing of where it was made.
    expect(page).not.toContain(folder);
  });

  test('the data are those of the runs: scores, predictions, coefficients, sources', async () => {
    const data = parseReportData((await must('report', ...runs(), '--format', 'json')).out);
    expect(Object.keys(data.tasks).sort()).toEqual(['glue/rte', 'glue/stsb']);
    const two = data.runs.find(({ method, seed }) => method === 'scalearn' && seed === 1);
    expect(two?.kind).toBe('two-stage');
    expect(two?.axes).toEqual({});
    expect(two?.sources.map(({ name }) => name)).toEqual(['stsb', 'rte']);
    expect(two?.coefficients?.sources).toEqual(['stsb', 'rte']);
    expect(two?.coefficients?.start).toBe(1);
    const near = two?.coefficients?.values.flat() ?? [];
    expect(near.every((value) => Math.abs(value - 1) < 0.2 && value !== 1)).toBe(true);
    const [score] = two?.scores ?? [];
    const { labels = '' } = data.tasks['glue/rte'] ?? {};
    const hits = [...labels].filter((label, row) => label === score?.predictions?.[row]).length;
    expect(score?.metrics.accuracy).toBe(hits / labels.length);
    expect(Object.values(data.encoders)[0]?.parameters).toBeGreaterThan(1000);
  });

  test("reports are made from reports' JSON, too", async () => {
    await must(
      ...['report', ...runs().slice(0, 3), '--out', at('first.json')],
      ...['--title', 'First', '--commit', 'abc123'],
    );
    const first = readFileSync(at('first.json'), 'utf8');
    expect(parseReportData(first).commit).toBe('abc123');
    // Alone it is the same report, collected when it was.
    expect(JSON.parse((await must('report', at('first.json'), '--format', 'json')).out)).toEqual(
      JSON.parse(first),
    );
    const text = (await must('report', at('first.json'), ...runs().slice(3), '--format', 'markdown')).out;
    expect(text).toContain('# First');
    expect(text).toMatch(/\| ScaLearn \| .*± /);
    expect(text).toMatch(/\| Adapter \| .*± /);
  });

  test('a folder of runs stands for the runs in it, and what was interrupted is named; settings that differ keep runs apart', async () => {
    const grouped = at('grouped');
    cpSync(at('rte-0'), join(grouped, 'a'), { recursive: true });
    await train('glue/rte', 'grouped/b', '--learning-rate', '0.01');
    mkdirSync(join(grouped, 'c'));
    writeFileSync(join(grouped, 'c', 'checkpoint.safetensors'), '');
    const data = parseReportData((await must('report', grouped, '--format', 'json')).out);
    expect(data.missing).toEqual([
      { what: 'grouped/c', reason: 'interrupted: continue it with train and --resume' },
    ]);
    expect(data.runs.map(({ axes }) => axes)).toEqual([{ learningRate: 3e-4 }, { learningRate: 0.01 }]);
  });

  test("an experiment's folder names what failed and what was not run", async () => {
    const experiment = at('experiment');
    cpSync(at('rte-0'), join(experiment, 'done'), { recursive: true });
    const one = { entry: 'adapter', label: 'My adapter', encoder: 'org/tiny', task: 'glue/rte', seed: 0 };
    const more = { method: 'bottleneck', axes: {}, sources: [], purpose: 'report' };
    const index = {
      ...{ formatVersion: 1, version: '0.0.0', name: 'x', title: 'An experiment' },
      runs: [
        { ...one, ...more, id: '1', folder: 'done', state: 'done' },
        { ...one, ...more, id: '2', folder: 'b', seed: 1, state: 'failed', error: 'out of memory' },
        { ...one, ...more, id: '3', folder: 'c', seed: 2, state: 'missing', encoder: '/home/me/models/tiny' },
        {
          ...one,
          ...more,
          id: '4',
          folder: 'd',
          seed: 3,
          state: 'missing',
          encoder: '../models/tiny/encoder',
        },
      ],
    };
    writeFileSync(join(experiment, 'experiment.json'), JSON.stringify(index));
    const text = (await must('report', experiment, '--format', 'markdown')).out;
    expect(text).toContain('# An experiment');
    expect(text).toContain('| My adapter |');
    expect(text).toContain('### GLUE, org/tiny');
    expect(text).toContain('Failed: out of memory: My adapter, glue/rte, seed 1, org/tiny.');
    expect(text).toContain(
      'Not run yet: My adapter, glue/rte, seed 2, tiny; My adapter, glue/rte, seed 3, tiny.',
    );
    writeFileSync(join(experiment, 'experiment.json'), JSON.stringify({ ...index, formatVersion: 2 }));
    const refused = await run('report', experiment);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('is of format 2')]);
    // A name that no file can have.
    const odd = { ...index, runs: [{ ...one, ...more, id: '5', folder: 'a\0b', state: 'done' }] };
    writeFileSync(join(experiment, 'experiment.json'), JSON.stringify(odd));
    const { code, err } = await run('report', experiment);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/a\\u0000b.run.json could not be read: .*a null character/),
    ]);
  });
});

describe('what does not belong in a report', () => {
  const refused = async (message: string, code: number, ...args: string[]): Promise<void> => {
    const outcome = await run('report', ...args);
    expect([outcome.code, outcome.err]).toEqual([code, expect.stringContaining(message)]);
  };

  test('runs on other test rows', async () => {
    await train('glue/rte', 'fewer', '--eval-limit', '10', '--seed', '7');
    await refused('the test rows of glue/rte are not those of the other runs', 2, at('rte-0'), at('fewer'));
  });

  test('the same run twice, a merged model, another version, and nothing at all', async () => {
    cpSync(at('rte-0'), at('twin'), { recursive: true });
    await refused('runs of the same method, task and seed', 2, at('rte-0'), at('twin'));
    await must('merge', '--model', at('two-stage-0'), '--out', at('merged'));
    await refused('is a merged model', 1, at('merged'));
    editRun('twin', (file) => {
      file.formatVersion = 7;
    });
    await refused('is of format 7', 1, at('twin'));
    await refused('holds no runs', 2, world.data);
    await refused('there is no such file or folder', 1, at('nowhere'));
    writeFileSync(at('other.json'), '{}');
    await refused('is not the JSON of a report', 1, at('other.json'));
  });

  test('a file that is there is kept', async () => {
    writeFileSync(at('kept.html'), 'mine');
    await refused('kept.html exists already', 2, at('rte-0'), '--out', at('kept.html'));
    expect(readFileSync(at('kept.html'), 'utf8')).toBe('mine');
    await must('report', at('rte-0'), '--out', at('kept.html'), '--overwrite');
    expect(readFileSync(at('kept.html'), 'utf8')).toContain('<h1>');
  });
});
