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
  expect(items('tensor([[1, 0]])')).toBeUndefined();
  expect(items("array(['a', 'b)'],\n      dtype='<U1')")).toEqual(['a', 'b)']);
  expect(items('set([1, 2])')).toEqual([1, 2]);
  expect(items("[np.str_('a'), np.float64(0.5)]")).toEqual(['a', 0.5]);
  const wrong = [
    ...['array()', 'array(1)', 'array([1)', 'array([1], x)', 'call([1])', '[np.int64(1]', 'set', "{'a': 1}"],
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
    `array([1]${' '.repeat(1e6)}x)`,
    `array(${'['.repeat(1e6)}])`,
    `${'array('.repeat(2e5)})`,
    `{${' '.repeat(1e6)}'a': 1}`,
  ];
  const start = performance.now();
  for (const text of long) expect(items(text)).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1500);
});
