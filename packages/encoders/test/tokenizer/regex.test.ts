import { describe, expect, test } from 'vitest';
import { TokenizerError } from '../../src/tokenizer/errors.ts';
import { compileRegex } from '../../src/tokenizer/regex/compile.ts';

/** What a pattern matches. Patterns that the Rust library was asked for are in components.test.ts. */
const matches = (pattern: string, text: string): string[] => {
  const found = compileRegex(pattern, 'pre_tokenizer').find(text);
  return Array.from({ length: found.length / 2 }, (_, i) => text.slice(found[2 * i], found[2 * i + 1]));
};

test.each<[string, string, string[]]>([
  ['a|ab', 'ab', ['a']],
  ['(?:a|ab)c', 'abc', ['abc']],
  ['a*', 'baac', ['', 'aa', '']],
  ['(a+|b)+?', 'aab', ['aa', 'b']],
  ['x(?=y)|y(?<=xy)z', 'xyz', ['x', 'yz']],
  ['(?<!a|bc)d', 'adbcdd', ['d']],
  ['(?>a*)a', 'aaa', []],
  ['^b$', 'a\nb\nc', ['b']],
  ['🙂.', '🙂🙂x', ['🙂🙂']],
])('%s in %j', (pattern, text, expected) => {
  expect(matches(pattern, text)).toEqual(expected);
});

describe('takes time in proportion to the text', () => {
  test.each([
    '(a+)+$',
    '(a|a)*b',
    '(?:a|aa)+b',
    'a*a*a*a*a*b',
    '(?=(a*)b|a)a',
    '(?>a*b|a)',
    '(?!.*b)a',
    '(.*)(.*)(.*)x',
    '(?<=a)a*b',
  ])('%s', (pattern) => {
    const regex = compileRegex(pattern, 'pre_tokenizer');
    const start = performance.now();
    regex.find(`${'a'.repeat(50_000)}!`);
    expect(performance.now() - start).toBeLessThan(5000); // a twentieth of a second where nothing else runs
  });
});

test.each([
  ['(a)\\1', /\\1/],
  ['(?<n>a)\\k<n>', /\\k/],
  ['(a*)*', /empty/],
  ['a**', /repeated/],
  ['(?x)a', /group/],
  ['a(?i)b', /group/],
  ['(?i)ss', /any case/],
  ['(?i)é', /any case/],
  ['(?i)\\p{Lu}', /any case/],
  ['(?<=a+)b', /fixed length/],
  ['\\p{Nothing}', /property/],
  ['\\G', /\\G/],
  ['\\K', /\\K/],
  ['a{2}+', /repeated/],
  ['a{5,2}', /backward/],
  ['[a', /ends too early/],
  ['(a', /missing/],
  ['a)', /closes nothing/],
  ['[[:nothing:]]', /class/],
  ['[b-a]', /range/],
  ['a{9999}', /too long/],
  ['(?:(?:a{99}){99}){99}', /too long/],
  ['('.repeat(10_000), /nested/],
  ['['.repeat(10_000), /nested/],
])('%s is refused', (pattern, why) => {
  const compile = () => compileRegex(pattern, 'pre_tokenizer');
  expect(compile).toThrow(TokenizerError);
  expect(compile).toThrow(why);
  expect(compile).toThrow(/pre_tokenizer/);
});

test('nothing repeated very often is nothing', () => {
  expect(matches('(?:(?:){99999}){99999}a', 'a')).toEqual(['a']);
});
