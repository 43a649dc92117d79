import { expect, test } from 'vitest';
import { baselineMethods } from '../../../baselines/src/index.ts';
import { coreMethods } from '../../../core/src/methods.ts';
import type { ReportData, ReportRun } from '../../src/experiment/data.ts';
import { parseReportData, type ReportFormat, experimentReport as reportOf } from '../../src/index.ts';
import { checkNesting, unescaped } from '../markup.ts';
import { sample, small } from './sample.ts';

/** Their names and order, as the packages of the methods give them. */
const methods = [...coreMethods, ...baselineMethods];
const experimentReport = (data: ReportData, format?: ReportFormat): string => reportOf(data, format, methods);

const html = experimentReport(small);

/** The table below a heading as texts. */
function tableOf(page: string, heading: string): string[][] {
  const from = page.slice(page.indexOf(`<h3>${heading}`));
  const table = from.slice(0, from.indexOf('</table>'));
  return [...table.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) =>
      unescaped(cell.replace('<br>', ' | ').replace(/<[^>]*>/g, '')),
    ),
  );
}

const withScores = (scores: readonly number[]): ReportData => ({
  ...small,
  runs: scores.map((value, seed) => ({
    ...(small.runs.find(({ entry }) => entry === 'bottleneck') as ReportRun),
    ...{ id: `run ${seed}`, seed },
    scores: [{ task: 'glue/rte', metrics: { accuracy: value } }],
  })),
});

test('the page is whole and asks for nothing from elsewhere', () => {
  checkNesting(html);
  const addresses = html.match(/(?:https?:)?\/\/[\w.-]+[^\s"<)]*/g) ?? [];
  expect(new Set(addresses)).toEqual(new Set(['http://www.w3.org/2000/svg']));
  expect(html).not.toMatch(/<script|@import|url\(|src=/);
});

test('a cell is the mean in percent with its deviation, the published score and the difference', async () => {
  const page = experimentReport(withScores([0.7, 0.72, 0.74]));
  const [head, group, adapter] = tableOf(page, 'GLUE, FacebookAI/roberta-base');
  expect(head).toEqual(['Method', 'RTE', 'Seeds']);
  expect(group).toEqual(['Single-task']);
  expect(adapter).toEqual(['Adapter', '72.00 ± 2.00 | 72.89 (−0.89)', '3']);
});

test('what is undefined is said to be, and one seed has no deviation', async () => {
  const undefinedScore = experimentReport(withScores([Number.NaN]));
  expect(tableOf(undefinedScore, 'GLUE')[2]).toEqual(['Adapter', 'undefined', '1']);
  const single = experimentReport(withScores([0.7]));
  expect(tableOf(single, 'GLUE')[2]?.[1]).toBe('70.00 | 72.89 (−2.89)');
});

test.each([
  ['other data', { tasks: { 'glue/rte': { ...small.tasks['glue/rte']!, unofficial: ['train.tsv'] } } }],
  ['fewer rows', { runs: small.runs.map((run) => ({ ...run, settings: { limit: 16 } })) }],
  ['fewer layers', { runs: small.runs.map((run) => ({ ...run, settings: { layers: 6 } })) }],
  ['another encoder', { encoders: { base: { ...small.encoders.base!, name: 'roberta-large' } } }],
] as const)('nothing is published of %s', async (_, change) => {
  const text = experimentReport({ ...small, ...change } as ReportData, 'markdown');
  expect(text).not.toContain('72.89');
  expect(text).not.toContain('published mean');
});

test('bold is only what a test says is better than all others', () => {
  const bold = (page: string): string[] =>
    [...page.matchAll(/<strong>(.*?)<\/strong>/g)].map(([, text]) => text as string);
  // ScaLearn is right in 9 of 10 rows, the others in about 6.
  expect(bold(html)).toHaveLength(1);
  const row = tableOf(html, 'GLUE').find(([name]) => name === 'ScaLearn');
  expect(row?.[1]).toMatch(new RegExp(`^${bold(html)[0]} ±`));
});

test('without predictions the test is over seeds; three of them can mark nothing, and the note says so', async () => {
  const runs = small.runs.map((run) => ({
    ...run,
    scores: run.scores.map(({ predictions: _, ...score }) => score),
  }));
  const page = experimentReport({ ...small, runs });
  expect(page).not.toContain('<strong>');
  expect(page).toContain('the smallest possible p is here 0.250, so it cannot mark anything');
  expect(page).toMatch(/<p>Predictions of \d+ runs were not kept, so their tests are over seeds\.<\/p>/);
});

test('two-stage runs that share their sources are said to', async () => {
  expect(html).toContain('share their source adapters');
  const runs = small.runs.map((run) => ({
    ...run,
    sources: run.sources.map(({ name }) => ({ name, run: `${name} ${run.seed}` })),
  }));
  expect(experimentReport({ ...small, runs })).not.toContain('share their source adapters');
});

test('the answer that needs no training has its row', () => {
  const row = tableOf(html, 'GLUE').find(([name]) => name === 'Commonest answer');
  expect(Number(row?.[1])).toBeGreaterThanOrEqual(50);
});

test('sections are there only where runs have something for them', async () => {
  const headings = (page: string): string[] =>
    [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) => text as string);
  expect(headings(html)).toEqual([
    'Results',
    'Significance',
    'Learned coefficients',
    'Parameter efficiency',
    'Learning curves',
    'Cost',
    'What was run',
  ]);
  const probes = sample.runs.filter(({ kind }) => kind === 'analysis');
  const few = sample.runs.filter(({ axes, entry }) => 'limit' in axes && entry === 'scalearn');
  const page = experimentReport({ ...sample, runs: [...probes, ...few] });
  expect(headings(page)).toEqual([
    'Learned coefficients',
    'Few rows',
    'Probing',
    'What was run',
    'What is missing',
  ]);
  checkNesting(page);
  // 2 sources at 7 strengths, 49 pairs.
  const titles = [...page.matchAll(/<title>(.*?)<\/title>/g)].map(([, text]) => text as string);
  expect(titles.filter((title) => /^m\w+, ω /.test(title))).toHaveLength(14);
  expect(titles.filter((title) => /^[\d.]+, [\d.]+: /.test(title))).toHaveLength(49);
  expect(page).toContain('<p>Failed: out of memory: HyperFormer, glue/rte, seed 0.</p>');
});

test('the summary states the result in words, with its test', () => {
  const summary = (data: ReportData): string =>
    /<h1>.*?<\/h1>\n<p>(.*?)<\/p>/s.exec(experimentReport(data))![1]!;
  expect(summary(small)).toMatch(
    /^GLUE, FacebookAI\/roberta-base: ScaLearn is best on RTE, 89\.4 %\. It is significantly better than every other method \(corrected p ≤ 0\.00\d+\)\. \d+ runs, /,
  );
  // Scores of the same size cannot be told apart.
  const runs = small.runs.map((run) => ({
    ...run,
    scores: run.scores.map((score) => ({
      ...score,
      predictions: undefined,
      metrics: { accuracy: 0.7 + run.seed / 100 },
    })),
  }));
  expect(summary({ ...small, runs } as ReportData)).toContain('A test tells it from no other method.');
});

test('a method has the same color in every figure, and a share without needless zeros', () => {
  const page = experimentReport(sample);
  const colors = new Map<string, Set<string>>();
  for (const [, stroke = '', name = ''] of page.matchAll(
    /h14" stroke="([^"]+)"[^>]*\/><text[^>]*>(?:<tspan>)?([^<]+)</g,
  ))
    colors.set(name, (colors.get(name) ?? new Set()).add(stroke));
  expect(colors.size).toBeGreaterThan(1);
  for (const [name, strokes] of colors) expect(strokes.size, name).toBe(1);
  expect(page).not.toMatch(/>\d+\.\d*000</);
});

test('what trains the head alone has no place on a logarithmic axis', async () => {
  const runs = small.runs.map((run) =>
    run.entry === 'bottleneck' ? { ...run, parameters: { ...run.parameters, method: 0 } } : run,
  );
  const page = experimentReport({ ...small, runs });
  const section = page.slice(page.indexOf('<h2>Parameter efficiency'), page.indexOf('<h2>Learning curves'));
  expect(section).toContain('Without Adapter, which trains nothing else.');
  const places = [...section.matchAll(/<circle cx="([\d.]+)" cy="[\d.]+" r="5" [^>]*><title>/g)].map(
    ([, x]) => Number(x),
  );
  expect(new Set(places).size).toBe(3);
  const none = small.runs.map((run) => ({ ...run, parameters: { method: 0, head: 2 } }));
  expect(experimentReport({ ...small, runs: none })).not.toContain('which trains nothing else');
});

test('metrics that the main table leaves out have a table of their own', async () => {
  const runs = small.runs.map((run) => ({
    ...run,
    scores: run.scores.map((score) => ({ ...score, metrics: { ...score.metrics, f1: run.seed / 10 } })),
  }));
  const page = experimentReport({ ...small, runs });
  const [head, first] = tableOf(page, 'Further metrics');
  expect(head).toEqual(['Method', 'RTE, F1']);
  expect(first?.[1]).toBe('10.00 ± 10.00');
});

test('names are text in every format', async () => {
  const name = `<b onload="x('1')">&amp; 50% of_$1, {a} | =SUM(A1) \\ #~^`;
  const hostile: ReportData = {
    ...small,
    title: name,
    runs: small.runs.map((run) => ({ ...run, label: run.entry === 'bottleneck' ? '=1+1' : name })),
    missing: [{ what: name, reason: '=1+1' }],
  };
  const page = experimentReport(hostile);
  checkNesting(page);
  expect(page).not.toMatch(/<b[ >]/);
  const markdown = experimentReport(hostile, 'markdown');
  expect(markdown).not.toMatch(/<b /);
  for (const line of markdown.split('\n').filter((text) => text.startsWith('| \\<') || text.includes('50%')))
    if (line.startsWith('|')) expect(line.split(/(?<!\\)\|/).length).toBeGreaterThan(3);
  const csv = experimentReport(hostile, 'csv');
  expect(csv).toContain(`"${name.replaceAll('"', '""')}"`);
  expect(csv).toContain(`,'=1+1,`);
  const latex = experimentReport(hostile, 'latex');
  expect(latex).toContain('50\\% of\\_\\$1, \\{a\\}');
  expect(latex).toContain('\\textbackslash{} \\#\\textasciitilde{}\\textasciicircum{}');
});

test('Markdown, CSV and LaTeX hold the same table', async () => {
  const data = withScores([0.7, 0.72, 0.74]);
  expect(experimentReport(data, 'markdown')).toContain('| Adapter | 72.00 ± 2.00<br>72.89 (−0.89) | 3 |');
  const lines = experimentReport(data, 'csv').split('\r\n');
  expect(lines[0]).toBe('table,group,row,column,value,deviation,published,significant,low,high,p');
  const cell = lines.find((line) => line.includes(',Adapter,RTE,'))?.split(',') ?? [];
  expect(cell.slice(-7, -4).map(Number)).toEqual([expect.closeTo(72, 10), expect.closeTo(2, 10), 72.89]);
  expect(experimentReport(data, 'latex')).toContain(
    'Adapter & 72.00 {\\tiny $\\pm$ 2.00} {\\tiny ($-$0.89)} & 3 \\\\',
  );
});

test('the JSON makes the same report again', async () => {
  const again = parseReportData(experimentReport(small, 'json'));
  expect(again).toEqual(small);
});

/** The JSON of a report whose first run says something else; nested lists as they are written. */
function withRun(change: object): string {
  const [first, ...others] = small.runs;
  const deep = JSON.stringify({ ...first, ...change }, (_, value) =>
    Array.isArray(value) && value.length === 1 && Array.isArray(value[0]) ? '@' : value,
  ).replace('"@"', `${'['.repeat(5000)}${']'.repeat(5000)}`);
  return JSON.stringify({ ...small, runs: ['@', ...others] }).replace('"@"', () => deep);
}

/** The JSON of a report whose tasks say that they have so many classes. */
function withColumns(columns: number): string {
  const tasks = Object.entries(small.tasks).map(([id, task]) => [id, { ...task, columns }] as const);
  return JSON.stringify({ ...small, tasks: Object.fromEntries(tasks) });
}

test.each([
  ['{', 'is not JSON'],
  ['[]', 'is not the JSON of a report'],
  [JSON.stringify({ ...small, formatVersion: 9 }), 'is of format 9; this version of scalearn reads 1'],
  [JSON.stringify({ ...small, runs: [{}] }), 'runs[0].id'],
  [JSON.stringify({ ...small, tasks: {} }), 'runs[0].scores'],
  [withRun({ seed: '0' }), 'runs[0].seed must be a whole number'],
  [withRun({ history: [{ epoch: {} }] }), 'runs[0].history[0].epoch must be'],
  [withRun({ method: { toString: 1 } }), 'runs[0].method must be a text'],
  [withRun({ settings: { deep: [[]] } }), 'runs[0].settings.deep'],
  [withRun({ settings: { methodSettings: Array(2000).fill('a') } }), 'whose methodSettings are an object'],
  [
    withRun({ settings: { methodSettings: Object.fromEntries(Array(201).fill(1).entries()) } }),
    'whose methodSettings are an object of at most 200 settings',
  ],
  [withColumns(2 ** 30), 'columns must be a whole number from 1 to 36'],
  [withColumns(0), 'columns must be a whole number from 1 to 36'],
  ['{"kind":"scalearn-report","formatVersion":{"toString":1}}', 'is of another format'],
])('a damaged report is refused: %#', (text, message) => {
  expect(() => parseReportData(text, 'x.json')).toThrow(message);
});

test.each([
  ['html', /<script/],
  ['markdown', /(?<!\\)\||<script/],
  ['latex', /\\input|^\^\^/m],
] as const)('names cannot act on the %s around them', async (format, acting) => {
  const controls = '\u001b[2J\u009b\u0000\u202e\u2066\ud800';
  // A line of a figure's text is a character reference in HTML.
  const evil = `${controls}${format === 'html' ? '' : '\n'}\\input{x}<script>"'</td>|\`$^^4d`;
  const rename = (run: ReportRun): ReportRun => ({ ...run, label: evil });
  const text = experimentReport({ ...small, title: evil, runs: small.runs.map(rename) }, format);
  expect(text).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
  const line = text.split('\n').find((each) => each.includes('input') && !each.startsWith('|'));
  expect(line).not.toMatch(acting);
  expect(text).toContain('input');
  if (format === 'html') {
    checkNesting(text);
    expect(text).not.toMatch(acting);
  }
});
