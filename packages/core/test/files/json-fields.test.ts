import { describe, expect, test } from 'vitest';
import {
  JsonFields,
  jsonCount,
  jsonList,
  jsonNumber,
  jsonOrNull,
  jsonRecord,
  jsonShallow,
  jsonShape,
  jsonText,
  shown,
} from '../../src/files.ts';
import { ModelFileError } from '../../src/index.ts';

const nested = (depth: number): unknown => JSON.parse(`${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`);

describe('a value in a message', () => {
  test.each<[unknown, string]>([
    ['text', '"text"'],
    ['a "b" \\', '"a \\"b\\" \\\\"'],
    [1.5, '1.5'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[], '[]'],
    [{}, '{}'],
    [[1, 2, 3, 4, 5], '[1, 2, 3, 4, …]'],
    [{ toString: 1, valueOf: 2 }, '{"toString": 1, "valueOf": 2}'],
    [JSON.parse('{"__proto__": {"polluted": 1}}'), '{"__proto__": {"polluted": 1}}'],
    [nested(10_000), '[{"a": […]}]'],
    ['\u001b[2J\u202e\u2028', '"\\u001b[2J\\u202e\\u2028"'],
    ['\ud800', '"\\ud800"'],
    [10n, '10'],
    [Symbol('x'), 'a symbol'],
  ])('%# is on one short line', (value, line) => {
    expect(shown(value)).toBe(line);
  });

  test('is short, however long it is', () => {
    expect(shown('x'.repeat(1e6))).toBe(`"${'x'.repeat(60)}…"`);
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ['k'.repeat(1000) + i, [i]]));
    expect(shown(wide).length).toBeLessThan(200);
  });

  test('calls nothing of it', () => {
    const called = (): never => {
      throw new Error('called');
    };
    expect(() => shown({ toString: called, toJSON: called, valueOf: called })).not.toThrow();
  });
});

describe('fields of a JSON file', () => {
  const of = (value: unknown): JsonFields => JsonFields.parse(JSON.stringify(value), 'x/config.json');

  test.each<[string, unknown, (json: JsonFields) => unknown, string]>([
    ['missing', {}, (json) => json.get('a', jsonNumber), 'a is missing; it must be a number'],
    ['of another type', { a: '1' }, (json) => json.get('a', jsonNumber), 'a is "1"; it must be a number'],
    ['null', { a: null }, (json) => json.take('a', jsonText, ''), 'a is null; it must be a text'],
    [
      'too large',
      { a: 2 ** 31 },
      (json) => json.get('a', jsonCount(1, 9)),
      'a is 2147483648; it must be a whole number from 1 to 9',
    ],
    [
      'an object that breaks messages',
      { a: { toString: 1 } },
      (json) => json.get('a', jsonText),
      'a is {"toString": 1}; it must be a text',
    ],
    [
      'within another',
      { a: { b: [1, null] } },
      (json) => json.object('a').get('b', jsonList(jsonNumber)),
      'a.b is [1, null]; it must be a list, each element a number',
    ],
    [
      'of a shape',
      { a: { n: 'x' } },
      (json) => json.get('a', jsonShape({ n: jsonNumber }, { m: jsonText })),
      'a is {"n": "x"}; it must be an object with n (a number)',
    ],
    [
      'nested deeply',
      { a: nested(40) },
      (json) => json.get('a', jsonShallow),
      'a is [{"a": […]}]; it must be a value',
    ],
    ['what objects have anyway', {}, (json) => json.get('toString', jsonText), 'toString is missing'],
    ['not known', { a: 1, b: 2 }, (json) => json.only(['a']), 'b is not known, so what the file means'],
  ])('that is %s', (_, value, read, message) => {
    expect(() => read(of(value))).toThrow(ModelFileError);
    expect(() => read(of(value))).toThrow(`x/config.json: ${message}`);
  });

  test('are given as they are', () => {
    const json = of({ n: 3, none: null, map: { a: 1 }, more: { deep: 'x' } });
    expect(json.get('n', jsonCount(3, 3))).toBe(3);
    expect(json.take('none', jsonOrNull(jsonText), 'y')).toBeNull();
    expect(json.take('absent', jsonText, 'y')).toBe('y');
    expect(json.get('map', jsonRecord(jsonNumber))).toEqual({ a: 1 });
    expect(json.object('more').get('deep', jsonText)).toBe('x');
    expect(json.keys).toEqual(['n', 'none', 'map', 'more']);
  });

  test('of what is no object are refused', () => {
    expect(() => JsonFields.parse('{', 'x')).toThrow('x is not JSON; the file is damaged or incomplete');
    for (const other of [[], 'text', null, 1]) expect(() => of(other)).toThrow('is not a JSON object');
  });
});
