import * as fc from 'fast-check';

/** JSON texts of values that often cause failures. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Texts with a special meaning: keys of objects, paths, terminal codes, markup, numbers, other formats. */
export const hostileTexts: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'then'],
  ...['../../../etc/passwd', '..', '.', '/etc/passwd', 'C:\\x', 'NUL', 'a\0b', '%2e%2e%2f', 'a/b'],
  ...['\u202e', '\ud800', '\u001b[2J\u001b]0;x\u0007', '\ufeff', '𝕏', 'e\u0301', '\u2028'],
  ...['</script><script>', '"><img onerror=1>', '=1+1', '{a}', '$&', '`'],
  ...['', ' ', '\n', '\r', '\t', '"', "'", '{', '}', '[', ']', ',', ':', '|', ';', '\\', '\\u0000'],
  ...['0', '-1', '1e999', 'NaN', 'null', 'true', '9007199254740993', '001', '1,5'],
  ...['&a', '*a', '!!js/function', '<<', '---', '- ', '? ', '%', '#'],
];

const deep = (count: number, open: string, close: string): Raw =>
  new Raw(`${open.repeat(count)}1${close.repeat(count)}`);

/** Replacement values. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 50,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, false, 0, -1, 1.5, '', [], 1e9, 2 ** 31, 2 ** 31 - 1, 2 ** 32, 'NaN', [[]], [null]],
      ...['1e308', '1e999', '-1e999', '9007199254740993', '-0', '1e-320', '{}'].map((text) => new Raw(text)),
      new Raw('{"__proto__":{"polluted":1}}'),
      new Raw('{"constructor":{"prototype":{"polluted":1}}}'),
      new Raw('{"toString":1,"valueOf":1,"toJSON":1}'),
      new Raw('{"length":1e9,"0":"x"}'),
      new Raw('{"then":1}'),
    ),
  },
  { weight: 20, arbitrary: fc.constantFrom<unknown>(...hostileTexts) },
  { weight: 10, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  { weight: 5, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 5, arbitrary: fc.constantFrom(1, 10, 300, 5000).map((length) => 'x'.repeat(length)) },
  { weight: 5, arbitrary: fc.constantFrom(3, 100, 2000).map((length) => Array(length).fill('a')) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(30, 1000, 10_000), fc.boolean())
      .map(([count, isList]) => (isList ? deep(count, '[', ']') : deep(count, '{"a":', '}'))),
  },
);
