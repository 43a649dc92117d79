import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { processTerminal } from '../src/output/terminal.ts';
import { heatMapText } from '../src/quickstart/heat-map-text.ts';

const sources = ['mnli', 'stsb'];
const perLayer = {
  name: 'ScaLearn',
  sources,
  layers: ['1', '2'],
  start: 0,
  values: [
    [0.5, -1],
    [0, 0.25],
  ],
};
const shared = { name: 'ScaLearnUniform++', sources, layers: ['all'], values: [[0.75, -0.5]], start: 0 };

test('without colors: numbers, sources below each other, methods side by side', () => {
  expect(heatMapText([perLayer, shared], { columns: 80, colors: false })).toBe(
    [
      '      ScaLearn      ScaLearnUniform++',
      '          1     2     all',
      'mnli   0.50  0.00    0.75',
      'stsb  -1.00  0.25   -0.50',
      '',
    ].join('\n'),
  );
});

test('on a narrow terminal methods stand below each other, and layers are divided', () => {
  const text = heatMapText([perLayer, shared], { columns: 25, colors: false });
  expect(text.split('\n\n').map((part) => part.split('\n')[0]?.trim())).toEqual([
    'ScaLearn',
    'ScaLearnUniform++',
  ]);
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(25);
  const layers = Array.from({ length: 12 }, (_, i) => String(i + 1));
  const deep = { ...perLayer, layers, values: layers.map((_, i) => [i / 10, -i / 10]) };
  const parts = heatMapText([deep], { columns: 40, colors: false }).split('\n\n');
  const numbers = parts.map((part) => part.trimEnd().split('\n')[1]?.trim().split(/ +/));
  expect(numbers).toEqual([
    ['1', '2', '3', '4'],
    ['5', '6', '7', '8'],
    ['9', '10', '11', '12'],
  ]);
  for (const line of parts.join('\n').split('\n')) expect(line.length).toBeLessThanOrEqual(40);
});

/** The ground of each number that is shown. */
function grounds(text: string): Map<string, string> {
  const cells = text.split('\u001b[').map((part) => /^38;5;\d+;48;5;(\d+)m *(-?[\d.]+) *$/.exec(part));
  return new Map(cells.flatMap((cell) => (cell ? [[cell[2] ?? '', cell[1] ?? '']] : [])));
}

test('with colors: the same numbers on grounds that grow stronger with the distance from the start', () => {
  const painted = heatMapText([perLayer, shared], { columns: 80, colors: true });
  const plain = stripVTControlCharacters(painted).replace(/ +$/gm, '');
  expect(plain).toBe(heatMapText([perLayer, shared], { columns: 80, colors: false }));
  const ground = grounds(painted);
  expect(ground.size).toBe(6);
  // Half as far on the two sides: colors of their own.
  expect(ground.get('0.50')).not.toBe(ground.get('-0.50'));
  expect(ground.get('0.00')).not.toBe(ground.get('0.25'));
  const moved = grounds(heatMapText([{ ...shared, start: 0.75 }], { columns: 80, colors: true }));
  expect(moved.get('0.75')).toBe(ground.get('0.00'));
  expect(moved.get('-0.50')).toBe(ground.get('-1.00'));
});

test('coefficients that have not moved have no color', () => {
  const text = heatMapText([{ ...shared, values: [[1, 1]], start: 1 }], { columns: 80, colors: true });
  expect([...grounds(text).values()]).toEqual(['231']);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each([
  [true, '', true, true],
  [true, '1', true, false],
  [false, '', true, false],
  [true, '', false, false],
])('a terminal %s, NO_COLOR=%s, 256 colors %s: colors %s', (isTTY, noColor, has, colors) => {
  const { stdout } = process;
  vi.stubEnv('NO_COLOR', noColor);
  const before = Object.getOwnPropertyDescriptor(stdout, 'isTTY');
  const had = Object.getOwnPropertyDescriptor(stdout, 'hasColors');
  Object.defineProperty(stdout, 'isTTY', { value: isTTY, configurable: true });
  Object.defineProperty(stdout, 'hasColors', { value: () => has, configurable: true });
  try {
    expect(processTerminal().colors).toBe(colors);
  } finally {
    restore('isTTY', before);
    restore('hasColors', had);
  }
});

function restore(name: string, before: PropertyDescriptor | undefined): void {
  if (before) Object.defineProperty(process.stdout, name, before);
  else Reflect.deleteProperty(process.stdout, name);
}
