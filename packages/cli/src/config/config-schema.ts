import type { MethodKind } from '@scalearn/core';
import { type OptionType, optionTakes, whatOptionTakes } from '@scalearn/core/methods';
import * as v from 'valibot';
import { valueSchema } from '../options/option-values.ts';
import { optionsIn } from '../options/train-table.ts';
import { anyOf, fields, oneOf, recordOf, text, whole } from '../schemas.ts';

const kinds: readonly MethodKind[] = ['single-task', 'two-stage', 'joint', 'analysis'];
const bound = v.optional(v.pipe(v.number('a number'), v.finite('a number')));
const words = v.pipe(text, v.regex(/\S/, 'a text'));

const optionType: v.GenericSchema<unknown, OptionType> = v.union(
  [v.picklist(['number', 'whole', 'numbers', 'text']), v.pipe(v.array(words), v.nonEmpty())],
  "'number', 'whole', 'numbers', 'text' or a list of words",
);

/** An option of a method. Plugins cannot define flags of their own: flags of two plugins could collide. */
const option = v.pipe(
  fields({
    type: optionType,
    meaning: words,
    default: v.optional(v.unknown()),
    defaultMeaning: v.optional(words),
    range: v.optional(fields({ least: bound, most: bound, above: bound, below: bound })),
    required: v.optional(v.literal(true, 'true')),
  }),
  v.rawCheck(({ dataset: { typed, value }, addIssue }) => {
    if (!typed || value.default === undefined || optionTakes(value, value.default)) return;
    const path = {
      type: 'object',
      origin: 'value',
      input: value,
      key: 'default',
      value: value.default,
    } as const;
    addIssue({ message: whatOptionTakes(value), input: value.default, path: [path] });
  }),
);

const method = fields({
  id: v.pipe(text, v.regex(/^[a-z0-9][a-z0-9+_-]*$/, 'of small letters, digits, + _ - (it names folders)')),
  title: words,
  summary: words,
  kind: oneOf(kinds),
  reference: v.optional(v.unknown()),
  trains: v.optional(v.unknown()),
  sources: v.optional(
    v.pipe(
      fields({ least: whole(1), most: v.optional(whole(1)) }),
      v.check(({ least, most = least }) => most >= least, 'an object whose most is not less than its least'),
    ),
  ),
  options: recordOf(
    option,
    v.pipe(v.string(), v.regex(/^[a-z]\w*$/i, 'named by letters and digits, for --set NAME=VALUE')),
  ),
  make: v.function('a function (defineMethod makes it)'),
  reader: v.function('a function that reads the folders the method writes (without it evaluate cannot)'),
});

const familyFunction = v.function('a function (defineEncoderFamily checks it)');

/** A family of encoders. It has more fields than are checked here, and is kept unchanged. */
const family = v.looseObject(
  {
    ...{ modelType: words, prefix: words },
    modules: v.looseObject({}, 'an object'),
    headKeys: v.array(text, 'a list of texts'),
    ...{ readConfig: familyFunction, writeConfig: familyFunction, weights: familyFunction },
    ...{ staticHead: familyFunction, firstPosition: familyFunction, build: familyFunction },
  },
  'a family of encoders, which defineEncoderFamily makes',
);

/** Schema of what a configuration file exports. */
export const configSchema: v.GenericSchema = fields({
  plugins: v.optional(
    v.array(
      fields({
        name: words,
        methods: v.optional(v.array(method, 'a list')),
        families: v.optional(v.array(family, 'a list')),
      }),
      'a list',
    ),
  ),
  defaults: v.optional(anyOf(new Map(optionsIn('config').map(([name, each]) => [name, valueSchema(each)])))),
});
