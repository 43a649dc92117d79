import { describe, expect, test } from 'vitest';
import { ArgumentError, bottleneck } from '../../src/index.ts';
import {
  checkOptions,
  coreMethods,
  defineMethod,
  type OptionDefinition,
  optionTakes,
  settleOptions,
  whatOptionTakes,
} from '../../src/methods.ts';

const half: OptionDefinition = { type: 'number', meaning: 'half', range: { least: 0, below: 1 } };
const size: OptionDefinition = { type: 'whole', meaning: 'size', range: { least: 1, most: 9 } };
const list: OptionDefinition = { type: 'numbers', meaning: 'all', range: { above: 0 } };
const word: OptionDefinition = { type: ['one', 'two'], meaning: 'word' };
const text: OptionDefinition = { type: 'text', meaning: 'text' };

describe('what an option takes', () => {
  test.each<[OptionDefinition, string, unknown[], unknown[]]>([
    [half, 'a number of at least 0 and below 1', [0, 0.5], [1, -0.1, Number.NaN, '0.5', null, [0]]],
    [size, 'a whole number from 1 to 9', [1, 9], [0, 10, 1.5, 2 ** 60, '3']],
    [list, 'numbers above 0', [[1], [0.5, 2]], [[], [1, 0], [1, '2'], 1]],
    [word, 'one of one, two', ['one'], ['three', 1, ['one']]],
    [text, 'a text', ['x'], ['', ' ', 1]],
  ])('%j', (option, words, taken, refused) => {
    expect(whatOptionTakes(option)).toBe(words);
    for (const value of taken) expect(optionTakes(option, value), String(value)).toBe(true);
    for (const value of refused) expect(optionTakes(option, value), String(value)).toBe(false);
  });
});

describe('values of options', () => {
  test('get their defaults, and leave out what is no option', () => {
    const options = { a: { ...half, default: 0.5 }, b: size };
    expect(settleOptions(options, { b: 3, sources: [] } as { b: number })).toEqual({ a: 0.5, b: 3 });
    expect(settleOptions(options, { a: undefined })).toEqual({ a: 0.5, b: undefined });
  });

  test.each<[Record<string, unknown>, string]>([
    [{ a: 2 }, 'a must be a number of at least 0 and below 1, not 2 (half)'],
    [{ b: 2 }, 'there is no option "b"; there are a'],
    [{ ['__proto__']: 2 }, 'there is no option "__proto__"'],
  ])('%j are refused', (values, message) => {
    const check = (): void => checkOptions({ a: half }, values);
    expect(check).toThrow(ArgumentError);
    expect(check).toThrow(message);
  });
});

describe('definitions', () => {
  test.each(coreMethods.map((each) => [each.id, each] as const))(
    '%s has a default that it takes',
    (_, each) => {
      for (const option of Object.values(each.options))
        expect(optionTakes(option, option.default) || option.defaultMeaning !== undefined).toBe(true);
    },
  );

  test.each([
    ['name', { id: 'mine', kind: 'single-task' }, "makes a method named 'bottleneck' (single-task)"],
    ['kind', { id: 'bottleneck', kind: 'joint' }, "the definition 'bottleneck' (joint)"],
  ] as const)('of another %s than the method are refused', (_, facts, message) => {
    const definition = defineMethod({
      ...{ ...facts, title: 'Mine', summary: 'mine', options: {} },
      make: () => bottleneck(),
    });
    expect(() => definition.make([])).toThrow(message);
  });
});
