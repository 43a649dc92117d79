import { expect, test } from 'vitest';
import { isFileName, isName, nameFor } from '../../src/methods/names.ts';
import { RandomStream } from '../../src/random/streams.ts';

const texts = [
  ...['rte', 'v1.0', 'scalearn++', '__proto__', 'constructor', '2024', '-', 'a+b', '.hidden'],
  ...[
    'my reviews',
    '.',
    '..',
    '...',
    '+2e+',
    'a+20+b',
    'a b',
    'run.json',
    'x.safetensors',
    'ünïcode',
    '名前',
    '😀',
  ],
  ...[
    'a\\b',
    'a:b',
    'a,b',
    'a\nb',
    'a\0b',
    '\ud800',
    'x'.repeat(300),
    `${'x'.repeat(300)}y`,
    '名'.repeat(80),
  ],
];

test('any text gives a name, different texts different names', () => {
  const names = texts.map(nameFor);
  for (const name of names) {
    expect(isName(name), name).toBe(true);
    expect(isFileName(name), name).toBe(false);
    expect(name, 'modules of PyTorch take no dots').not.toContain('.');
    expect(name.length).toBeLessThanOrEqual(150);
  }
  expect(new Set(names).size).toBe(texts.length);
});

test('what can be a name stays as it is, also after another round', () => {
  for (const name of ['rte', 'scalearn++', '__proto__', 'a+b', '2024', '+ff', 'f+'])
    expect(nameFor(name)).toBe(name);
  expect(nameFor('my reviews')).toBe('my+20+reviews');
  expect(nameFor('v1.0')).toBe('v1+2e+0');
  expect(nameFor('..')).toBe('+2e++2e+');
  expect(nameFor(nameFor('my reviews'))).not.toBe('my+20+reviews');
  expect(() => nameFor('')).toThrow('must not be empty');
});

test('short texts of difficult characters never share a name', () => {
  const stream = new RandomStream(0, 'names');
  const characters = ['+', '2', 'e', '.', ' ', 'a', '/', 'é'];
  const seen = new Map<string, string>();
  for (let i = 0; i < 5000; i++) {
    const length = 1 + stream.below(7);
    const text = Array.from({ length }, () => characters[stream.below(characters.length)]).join('');
    const name = nameFor(text);
    expect(seen.get(name) ?? text).toBe(text);
    seen.set(name, text);
  }
});
