import { type MethodDefinition, type OptionType, optionTakes, whatOptionTakes } from '@scalearn/core/methods';
import { type EncoderFamily, encoderFamilies } from '@scalearn/encoders';
import { checkBySchema, pathText, type SchemaFault } from '@scalearn/report';
import * as v from 'valibot';
import { UsageError } from '../errors.ts';
import { MethodRegistry, methodKinds, ownMethods } from '../methods/registry.ts';
import { valueSchema } from '../options/option-values.ts';
import { optionsIn } from '../options/train-table.ts';
import { anyOf, faultText, fields, oneOf, recordOf, text, whole } from '../schemas.ts';
import type { Config } from './define.ts';
import type { Setup } from './setup.ts';

/**
 * Checks what a configuration file exports.
 *
 * @param file for messages
 * @throws UsageError that names the file and the place in it
 */
export function checkConfig(value: unknown, file: string): Pick<Setup, 'methods' | 'families' | 'defaults'> {
  assertConfig(value, file);
  const { plugins = [], defaults = {} } = value;
  const definitions = plugins.flatMap(({ methods = [] }) => methods);
  const families = plugins.flatMap((plugin) => plugin.families ?? []);
  const idsOf = (all: readonly MethodDefinition[]): string[] => all.map(({ id }) => id);
  const typesOf = (all: readonly EncoderFamily[]): string[] => all.map(({ modelType }) => modelType);
  const names = {
    method: [...idsOf(ownMethods.all), ...idsOf(definitions)],
    family: [...typesOf(encoderFamilies), ...typesOf(families)],
  };
  for (const [what, all] of Object.entries(names)) {
    const twice = all.find((name, i) => all.indexOf(name) < i);
    if (twice !== undefined)
      throw new UsageError(
        `${file}: plugins define a ${what} '${twice}', which exists already; give it another name`,
      );
  }
  return { methods: new MethodRegistry(definitions), families: [...encoderFamilies, ...families], defaults };
}

/** Narrows the type without copying the value: methods are objects with more than the checked fields. */
function assertConfig(value: unknown, file: string): asserts value is Config {
  checkBySchema(
    configSchema,
    value,
    (fault) => new UsageError(`${file}: ${placeOf(fault)} ${faultText(fault)}`),
  );
}

/** Formats a place in the file, such as `plugins[0].methods[1].id (of name)`. */
function placeOf({ path, holders, field }: SchemaFault): string {
  const place = pathText(field === undefined ? path : path.slice(0, -1)) || 'the configuration';
  const plugin = path[0] === 'plugins' && path.length > 3 ? (holders[2] as { name?: unknown }) : undefined;
  return plugin?.name === undefined ? place : `${place} (of ${plugin.name})`;
}

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
    const { default: input } = value;
    const path = { type: 'object', origin: 'value', input: value, key: 'default', value: input } as const;
    addIssue({ message: whatOptionTakes(value), input, path: [path] });
  }),
);

const method = fields({
  id: v.pipe(text, v.regex(/^[a-z0-9][a-z0-9+_-]*$/, 'of small letters, digits, + _ - (it names folders)')),
  title: words,
  summary: words,
  kind: oneOf(methodKinds),
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
const configSchema: v.GenericSchema = fields({
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
