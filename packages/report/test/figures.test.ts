import { expect, test } from 'vitest';
import { flameChart } from '../src/figures/flame-chart.ts';
import { heatMap } from '../src/figures/heat-map.ts';
import { learningCurves, meanCurves } from '../src/figures/learning-curves.ts';
import { linearScale, logScale } from '../src/figures/scales.ts';
import { scatter } from '../src/figures/scatter.ts';
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

test('learning curves have a line and a color for each series, and a value to point at for each point', () => {
  const series = ['A', 'B'].map((name, i) => ({ name, runs: [[point(1, i), point(2, i + 0.25)]] }));
  const svg = learningCurves({ series, xTitle: 'step', yTitle: 'loss', label: 'Losses of A & B' }).text;
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

test('a heat map has a cell and a number for each value; color says how far from 0, and on which side', () => {
  const values = [
    [0.5, -1],
    [0, 0.25],
  ];
  const svg = heatMap({ rows: ['mnli', 'a<b'], columns: ['1', '2'], values, label: 'Coefficients' }).text;
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

test('colors may begin at another number than 0', () => {
  const values = [[0.5, 0.25, 0]];
  const options = { rows: ['a'], columns: ['1', '2', '3'], values, center: 0.25, label: 'x' };
  const cells = heatMap(options).text.matchAll(/fill="var\(--(\w+)[^"]*" fill-opacity="([\d.]+)"/g);
  expect([...cells].map(([, side, strength]) => `${side} ${strength}`)).toEqual([
    'positive 1',
    'positive 0',
    'negative 1',
  ]);
});

test('maps that are compared share what has the full color', () => {
  const svg = heatMap({ rows: ['a'], columns: ['1'], values: [[0.5]], full: 2, label: 'x' }).text;
  expect(svg).toContain('fill-opacity="0.25"');
});

test('rows and columns keep their order, whatever their names', () => {
  const options = {
    rows: ['z', 'a'],
    columns: ['10', '9'],
    values: [
      [1, 2],
      [3, 4],
    ],
    label: 'x',
  };
  const svg = heatMap(options).text;
  expect(svg.indexOf('>z</text>')).toBeLessThan(svg.indexOf('>a</text>'));
  expect(svg.indexOf('>10</text>')).toBeLessThan(svg.indexOf('>9</text>'));
});

test('points have names and groups, and their axis is logarithmic', () => {
  const points = [
    { name: 'A & B', group: 'one', x: 10, y: 60 },
    { name: 'C', group: 'two', x: 1000, y: 70 },
    { name: 'D', group: 'two', x: 100, y: 50 },
  ];
  const options = { points, xTitle: 'cost', yTitle: 'score', label: 'Scores' };
  const svg = scatter({ ...options, pairs: [['A & B', 'C']], reference: { name: 'best', y: 80 } }).text;
  checkNesting(svg);
  expect(titles(svg)).toEqual([
    'A & B: score 60.00, cost 10.0',
    'C: score 70.00, cost 1.00e+3',
    'D: score 50.00, cost 100',
  ]);
  const at = [
    ...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="5" fill="var\(--series-(\d)[^>]*><title>/g),
  ];
  const [a, c, d] = at.map(([, x, y, color]) => ({ x: Number(x), y: Number(y), color }));
  expect([a?.color, c?.color, d?.color]).toEqual(['1', '2', '2']);
  // 100 is in the middle between 10 and 1000, and 60 between 50 and 70.
  expect(d!.x - a!.x).toBeCloseTo(c!.x - d!.x, 1);
  expect(d!.y - a!.y).toBeCloseTo(a!.y - c!.y, 1);
  for (const text of ['A &amp; B', 'one', 'two', 'cost', 'score', 'best', '100', '60'])
    expect(svg).toContain(`>${text}</text>`);
});

test('names of points cover neither points nor each other while there is room', () => {
  const points = Array.from({ length: 6 }, (_, i) => ({
    name: `method ${i}`,
    group: 'a',
    x: 10 + i,
    y: 50 + i / 8,
  }));
  points.push({ name: 'far', group: 'a', x: 1e4, y: 60 });
  const svg = scatter({ points, pairs: [], xTitle: 'x', yTitle: 'y', label: 'x' }).text;
  const boxes = [
    ...svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)" text-anchor="(start|end)">(method \d)</g),
  ].map(([, x, y, anchor, name = '']) => {
    const width = 6.4 * name.length;
    const left = Number(x) - (anchor === 'end' ? width : 0);
    return { left, right: left + width, y: Number(y) };
  });
  expect(boxes).toHaveLength(6);
  for (const [i, box] of boxes.entries())
    for (const other of boxes.slice(i + 1))
      expect(box.right < other.left || other.right < box.left || Math.abs(box.y - other.y) > 10).toBe(true);
});

test.for([
  [[0.85, 1.2], 5, ['0.85', '0.90', '0.95', '1.00', '1.05', '1.10', '1.15', '1.20']],
  [[-0.3, 0.3], 5, ['−0.3', '−0.2', '−0.1', '0.0', '0.1', '0.2', '0.3']],
  [[32, 256], 6, ['0', '50', '100', '150', '200', '250', '300']],
  [[1_000_000, 3_000_000], 4, ['1,000,000', '1,500,000', '2,000,000', '2,500,000', '3,000,000']],
  [[7, 7], 4, ['6.0', '6.5', '7.0', '7.5', '8.0']],
  [[], 4, ['−1.0', '−0.5', '0.0', '0.5', '1.0']],
] as const)('values from %j have about %i round ticks', ([values, count, texts]) => {
  const { ticks, at } = linearScale(values, [100, 0], { count, isRounded: true });
  expect(ticks.map(({ text }) => text)).toEqual(texts);
  expect([at(ticks[0]!.value), at(ticks.at(-1)!.value)]).toEqual([100, 0]);
});

test.for([
  [[1, 1 + Number.EPSILON]],
  [[-Number.MAX_VALUE, Number.MAX_VALUE]],
  [[1e300, Number.POSITIVE_INFINITY, Number.NaN]],
  [[5e-324, 1e-323]],
  [[1e17, 1e17 + 16]],
])('extreme values %j have few ticks, all within the axis', ([values = []]) => {
  const { ticks, at } = linearScale(values, [0, 100], { count: 5 });
  expect(ticks.length).toBeLessThanOrEqual(20);
  for (const { value, text } of ticks) {
    expect(at(value)).toBeGreaterThanOrEqual(-1);
    expect(at(value)).toBeLessThanOrEqual(101);
    expect(text.length).toBeLessThan(24);
  }
});

test.for([
  [
    [0.004, 3000],
    ['0.01', '0.1', '1', '10', '100', '1,000'],
  ],
  [
    [15, 130],
    ['20', '50', '100'],
  ],
  [
    [8, 8],
    ['5', '10', '20'],
  ],
] as const)('a logarithmic axis over %j has round ticks', ([domain, texts]) => {
  const { ticks, at } = logScale(domain, [0, 100]);
  expect(ticks.map(({ text }) => text)).toEqual(texts);
  for (const { value } of ticks) expect(at(value)).toBeGreaterThanOrEqual(0);
});

test('labels of an axis that would cover each other are left out', () => {
  const xs = [1, 2, 1000, 1001, 2000];
  const runs = [xs.map((x) => point(x, x))];
  const svg = learningCurves({
    ...{ series: [{ name: 'a', runs }], xTitle: 'rows', yTitle: 'y', label: 'x' },
    ...{ hasDots: true, width: 200 },
  }).text;
  for (const text of ['1', '1,000', '2,000']) expect(svg).toContain(`>${text}</text>`);
  for (const text of ['2', '1,001']) expect(svg).not.toContain(`>${text}</text>`);
});

test('a flame chart has a bar for every part, as wide as it is large, below its whole', () => {
  const root = {
    ...{ name: 'step', value: 8 },
    parts: [
      { name: 'matmul', value: 6, color: 1, parts: [{ name: 'a<b', value: 4, details: '2 dispatches' }] },
      { name: 'attention', value: 2, color: 2 },
    ],
  };
  const svg = flameChart({ root, format: (value) => `${value} ms`, label: 'Time' }).text;
  checkNesting(svg);
  expect(titles(svg)).toEqual([
    'step: 8 ms, 100.0 %',
    'matmul: 6 ms, 75.0 %',
    'a<b: 4 ms, 50.0 %; 2 dispatches',
    'attention: 2 ms, 25.0 %',
  ]);
  const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g)].map((match) =>
    match.slice(1).map(Number),
  );
  expect(bars).toEqual([
    [0, 0, 920],
    [0, 24, 690],
    [0, 48, 460],
    [690, 24, 230],
  ]);
  // A part has the color of its whole.
  expect([...svg.matchAll(/fill="var\(--series-(\d)/g)].map(([, n]) => n)).toEqual(['8', '2', '2', '3']);
  expect(svg).toContain('height="72"');
});

test('a flame chart of nothing is empty', () => {
  const svg = flameChart({ root: { name: 'step', value: 0 }, format: String, label: 'Time' }).text;
  expect(titles(svg)).toEqual([]);
});
