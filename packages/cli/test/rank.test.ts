// Which sources help, by the command: from trained adapters to a ranking, its page, and a training on the best of them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFile } from '@scalearn/experiments';
import type { Ranking } from '@scalearn/report';
import { beforeAll, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/support/scratch.ts';
import { modelCommands } from './support/model-commands.ts';
import { events, must, run } from './support/run.ts';
import { tinyWorld } from './support/tiny.ts';

const folder = scratchFolder();
const { encoder, data } = tinyWorld(folder);
const { at, train, json } = modelCommands(folder, { encoder, data });
const start = ['--encoder', encoder, '--data', data, '--task', 'glue/rte', '--device', 'onnx'];
const rank = (...more: string[]) => run('rank', ...start, ...more);

beforeAll(async () => {
  for (const task of ['stsb', 'mnli', 'rte'])
    await train(`glue/${task}`, `sources/${task}`, '--method', 'bottleneck', '--learning-rate', '0.01');
  await train('glue/stsb', 'lora', '--method', 'lora');
});

test('ranks the adapters in a folder beside controls, as a table, a file and a page', async () => {
  const shown = await rank('--sources', at('sources'), '--budget', '1s', '--out', at('ranking.json'));
  expect(shown.code, shown.err).toBe(0);
  expect(shown.out).toMatch(/3 sources for glue\/rte, 20 steps of each training/);
  for (const words of ['sources/stsb', 'rte (of the target)', 'on random adapters', 'saved in'])
    expect(shown.out).toContain(words);
  const ranking = json('ranking.json') as unknown as Ranking;
  expect(shown.out).toContain(ranking.advice.slice(0, 40));
  expect(ranking.sources).toHaveLength(3);
  // The rows that a source was trained on are read where they are.
  for (const { similarity, isOwn } of ranking.sources)
    expect(similarity).toEqual(isOwn ? expect.closeTo(1, 6) : expect.any(Number));

  const paths = ['stsb', 'mnli'].map((name) => at(`sources/${name}`));
  const [event] = events(
    await must(
      'rank',
      ...start,
      '--sources',
      ...paths,
      '--budget',
      '1s',
      '--top',
      '1',
      '--json',
      '--out',
      at('page.html'),
    ),
  );
  expect(event).toMatchObject({ event: 'done', task: 'glue/rte', metric: 'accuracy', steps: 20 });
  expect((event as unknown as Ranking).sources[1]).toMatchObject({ coefficients: null });
  const page = readFileSync(at('page.html'), 'utf8');
  expect(page).toContain('<h1>Sources for glue/rte</h1>');
  expect(page).toContain('on the sources with shuffled layers');

  // Training on the best of the stored ranking, or of places that are ranked first.
  const best = ranking.sources.slice(0, 2).map(({ path }) => path.replace(folder, '..'));
  await must(
    ...['train', ...start, '--sources', 'auto', '--ranking', at('ranking.json'), '--top', '2'],
    ...['--max-steps', '2', '--out', at('best'), '--quiet'],
  );
  const sourcesOf = (run: string) => (json(`${run}/run.json`) as unknown as RunFile).settings.sources;
  expect(sourcesOf('best').toSorted()).toEqual(best.toSorted());
  await must(
    ...[
      'train',
      ...start,
      '--sources',
      'auto',
      at('sources'),
      '--top',
      '1',
      '--limit',
      '16',
      '--max-steps',
      '2',
    ],
    ...['--out', at('first'), '--quiet'],
  );
  expect(sourcesOf('first')).toHaveLength(1);
});

test('what does not fit is named and left out; what cannot be ranked is refused', async () => {
  for (const [args, message] of [
    [['--sources', at('sources'), at('lora')], 'rank them apart'],
    [['--sources', at('encoder')], 'has no adapter'],
    [['--sources', at('sources'), '--out', at('ranking.txt')], 'must end in .html or .json'],
    [['--sources', at('sources'), '--budget', 'soon'], 'such as 90s, 5m or 1h'],
    [['--sources', at('sources'), '--layers', '1'], 'no adapter in'],
  ] as const) {
    const { code, err } = await rank(...args);
    expect(err).toContain(message);
    expect(code).not.toBe(0);
  }
  expect(existsSync(join(folder, 'ranking.txt'))).toBe(false);
  const attempt = (...more: string[]) => run('train', ...start, '--out', at('none'), ...more);
  for (const [args, message] of [
    [['--sources', 'auto'], '--sources auto needs a ranking'],
    [['--sources', at('lora'), '--top', '2'], '--ranking and --top are for --sources auto'],
    [['--sources', 'auto', at('sources'), '--ranking', at('ranking.json')], 'not both'],
    [['--sources', 'auto', '--ranking', at('none.json')], 'there is no ranking'],
    [['--sources', 'auto', '--ranking', at('ranking.json'), '--task', 'glue/stsb'], 'twice'],
  ] as const)
    expect((await attempt(...args)).err).toContain(message);
  const other = ['train', '--encoder', encoder, '--data', data, '--task', 'glue/stsb', '--out', at('none')];
  const { err } = await run(...other, '--sources', 'auto', '--ranking', at('ranking.json'));
  expect(err).toContain('the ranking is for glue/rte, not for glue/stsb');
});

test('a finished training on all the sources gives the regret; one on other rows is refused before anything is trained', async () => {
  const all = ['stsb', 'mnli', 'rte'].map((name) => at(`sources/${name}`));
  const full = ['--method', 'scalearn++', '--sources', ...all, '--max-steps', '2', '--quiet'];
  await must('train', ...start, ...full, '--out', at('full'));
  const cheap = ['--sources', at('sources'), '--budget', '1s', '--top', '1'];
  const shown = await rank(...cheap, '--full', at('full'), '--out', at('regret.json'));
  expect(shown.code, shown.err).toBe(0);
  const { scores, full: found } = json('regret.json') as unknown as Ranking;
  const { history, bestEpoch } = json('full/run.json') as unknown as RunFile;
  const best = history.find(({ epoch }) => epoch === bestEpoch);
  expect(found).toMatchObject({ sources: 3, score: best?.validationMetrics.accuracy });
  const short = scores.sources.reduce((a, b) => a + b, 0) / scores.sources.length;
  expect(found?.regret).toBeCloseTo((found?.score ?? 0) - short, 12);
  expect(shown.out).toContain(`the regret of the short trainings is ${found?.regret.toFixed(3)}.`);

  for (const [args, why] of [
    [['--full', at('full'), '--limit', '4'], 'other rows'],
    [['--full', at('sources/rte')], 'without sources'],
    [['--full', at('none')], 'none'],
  ] as const) {
    const { code, out, err } = await rank(...cheap, ...args);
    expect(err).toContain(why);
    expect([code, out]).toEqual([1, '']);
  }
});
