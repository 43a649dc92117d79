import { expect, test } from 'vitest';
import { heatMap } from '../src/figures/heat-map.ts';
import { learningCurves, meanCurves } from '../src/figures/learning-curves.ts';
import { renderSvg } from '../src/figures/render.ts';
import { checkNesting, unescaped } from './markup.ts';

const point = (x: number, y: number): { x: number; y: number } => ({ x, y });
const titles = (svg: string): string[] =>
  [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, text]) => unescaped(text as string));

test('a curve is the mean over seeds, in a band of one sample standard deviation', () => {
  const runs = [
    [point(2, 0.5), point(1, 1)],
    [point(1, 3), point(2, 0.7)],
  ];
  const [first, second, ...rest] = meanCurves([{ name: 'a', runs }]);
  expect(rest).toEqual([]);
  expect(first).toEqual({ series: 'a', x: 1, mean: 2, low: 2 - Math.SQRT2, high: 2 + Math.SQRT2 });
  expect([second?.x, second?.mean]).toEqual([2, expect.closeTo(0.6, 12)]);
});

test('a curve ends where the first seed ended, and leaves out what is undefined', () => {
  const runs = [
    [point(1, 1), point(2, 2), point(3, 3)],
    [point(1, 1), point(2, Number.NaN)],
  ];
  expect(meanCurves([{ name: 'a', runs }])).toEqual([{ series: 'a', x: 1, mean: 1, low: 1, high: 1 }]);
});

test('learning curves have a line and a color for each series, and a value to point at for each point', async () => {
  const series = ['A', 'B'].map((name, i) => ({ name, runs: [[point(1, i), point(2, i + 0.25)]] }));
  const svg = (await learningCurves({ series, xTitle: 'step', yTitle: 'loss', label: 'Losses of A & B' }))
    .text;
  checkNesting(svg);
  expect(svg).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" aria-label="Losses of A &amp; B"/,
  );
  expect(titles(svg)).toEqual([
    'A, step 1: 0.000',
    'A, step 2: 0.250',
    'B, step 1: 1.000',
    'B, step 2: 1.250',
  ]);
  const lines = [...svg.matchAll(/<path d="M[^"]*L[^"]*" stroke="(var\(--series-\d)/g)].map(
    ([, name]) => name,
  );
  expect(lines).toEqual(['var(--series-1', 'var(--series-2']);
  for (const text of ['step', 'loss', 'A', 'B']) expect(svg).toContain(`>${text}</text>`);
});

test('a heat map has a cell and a number for each value; color says how far from 0, and on which side', async () => {
  const values = [
    [0.5, -1],
    [0, 0.25],
  ];
  const svg = (await heatMap({ rows: ['mnli', 'a<b'], columns: ['1', '2'], values, label: 'Coefficients' }))
    .text;
  checkNesting(svg);
  expect(titles(svg)).toEqual(['mnli, 1: 0.500', 'mnli, 2: -1.000', 'a<b, 1: 0.000', 'a<b, 2: 0.250']);
  const cells = [...svg.matchAll(/fill="var\(--(positive|negative)[^"]*" fill-opacity="([\d.]+)"/g)];
  expect(cells.map(([, side, strength]) => [side, Number(strength)])).toEqual([
    ['positive', 0.5],
    ['negative', 1],
    ['positive', 0],
    ['positive', 0.25],
  ]);
  for (const text of ['0.50', '−1.00', '0.00', '0.25']) expect(svg).toContain(`>${text}</text>`);
  expect(svg).toContain('>a&lt;b</text>');
});

test('colors may begin at another number than 0', async () => {
  const values = [[0.5, 0.25, 0]];
  const options = { rows: ['a'], columns: ['1', '2', '3'], values, center: 0.25, label: 'x' };
  const cells = (await heatMap(options)).text.matchAll(/fill="var\(--(\w+)[^"]*" fill-opacity="([\d.]+)"/g);
  expect([...cells].map(([, side, strength]) => `${side} ${strength}`)).toEqual([
    'positive 1',
    'positive 0',
    'negative 1',
  ]);
});

test('maps that are compared share what has the full color', async () => {
  const svg = (await heatMap({ rows: ['a'], columns: ['1'], values: [[0.5]], full: 2, label: 'x' })).text;
  expect(svg).toContain('fill-opacity="0.25"');
});

test('rows and columns keep their order, whatever their names', async () => {
  const options = {
    rows: ['z', 'a'],
    columns: ['10', '9'],
    values: [
      [1, 2],
      [3, 4],
    ],
    label: 'x',
  };
  const svg = (await heatMap(options)).text;
  expect(svg.indexOf('>z</text>')).toBeLessThan(svg.indexOf('>a</text>'));
  expect(svg.indexOf('>10</text>')).toBeLessThan(svg.indexOf('>9</text>'));
});

test('any specification can be drawn', async () => {
  const encoding = { x: { field: 'n', type: 'quantitative' } } as const;
  const svg = (await renderSvg({ data: { values: [{ n: 3 }] }, mark: 'bar', encoding }, 'A "bar"')).text;
  checkNesting(svg);
  expect(svg).toContain('aria-label="A &quot;bar&quot;"');
});
