import { expect, test } from 'vitest';
import { parseListLiteral } from '../../src/own/list-literal.ts';

const items = (text: string): unknown => parseListLiteral(text)?.items;

test('lists as Python, JSON and NumPy write them', () => {
  expect(items(' [ ] ')).toEqual([]);
  expect(items(`['a, b', "it's", 'it\\'s', 3,]`)).toEqual(['a, b', "it's", "it's", 3]);
  expect(items(String.raw`["\u00e9\n", "\\"]`)).toEqual(['é\n', '\\']);
  expect(items('[true, False, -1.5, 9007199254740993]')).toEqual([true, false, -1.5, '9007199254740993']);
  expect(items("['a' 'b'\n 'c']")).toEqual(['a', 'b', 'c']);
  expect(items("('a',)")).toEqual(['a']);
  expect(items("{'a', 'b'}")).toEqual(['a', 'b']);
  const wrong = [
    ...['', 'a', "['a'", '[a]', "['a'] x", '[,]', '[1,,2]', "['a''b']", "['a', 'b' 'c']", "['a' 'b', 'c']"],
    ...['{}', "('a')", '[', '[[1]]', '[null]', "['a\\']"],
  ];
  for (const text of wrong) expect(items(text), text).toBeUndefined();
});

test('long texts take time in proportion to their length', () => {
  const long = [
    `[${' '.repeat(1e6)}x`,
    `[${' '.repeat(1e6)}x]`,
    `['${'\\'.repeat(1e6)}`,
    `[${"'a' ".repeat(1e5)},]`,
    `["${'\\"'.repeat(5e5)}]`,
    `[${'1'.repeat(1e6)}x]`,
  ];
  const start = performance.now();
  for (const text of long) expect(items(text)).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1500);
});
