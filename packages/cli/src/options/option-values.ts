import { type MethodOption, whatOptionTakes } from '@scalearn/core/methods';
import * as v from 'valibot';
import { classWeightsPattern } from './class-weights.ts';
import type { TrainOption } from './train-table.ts';

/** What decides which values an option takes, of methods and of `train`. */
export type OptionKind = Pick<TrainOption, 'type' | 'range' | 'multipleOf'>;

/** What an option takes, in words that follow "must be". */
function whatItTakes({ type, range, multipleOf }: OptionKind): string {
  if (type === 'texts') return 'a list of texts';
  if (type === 'switch') return 'true or false';
  if (type === 'weights') return 'none, balanced, or a number for each label, such as a=1,b=3';
  const what = whatOptionTakes({ type: type === 'encoder' ? 'text' : type, range });
  return multipleOf === undefined ? what : `${what}, a multiple of ${multipleOf}`;
}

const textSchema = (what: string): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(what), v.regex(/\S/, what));

/**
 * The values of an option. Messages say what they must be, in words that follow "must be".
 *
 * @param more what else may stand there, for the messages
 */
export function valueSchema(option: OptionKind, more = ''): v.GenericSchema {
  const what = whatItTakes(option) + more;
  if (option.type === 'switch') return v.boolean(what);
  if (option.type === 'texts') return v.array(textSchema(what), what);
  return plainSchema(option, what);
}

/** The same in a file of the user's own, where one number stands for a list of it, for an option that some methods share. */
export function fileSchema(
  options: readonly OptionKind[],
): v.GenericSchema<unknown, string | number | number[]> {
  const kinds = options.flatMap((option) =>
    option.type === 'numbers' ? [option, { ...option, type: 'number' } as const] : [option],
  );
  const what = [...new Set(kinds.map(whatItTakes))];
  const schemas = what.map((words) =>
    plainSchema(kinds.find((kind) => whatItTakes(kind) === words) as OptionKind, words),
  );
  const [only, ...others] = schemas;
  return only && others.length === 0 ? only : v.union(schemas, what.join(' or '));
}

function plainSchema(option: OptionKind, what: string): v.GenericSchema<unknown, string | number | number[]> {
  const { type } = option;
  if (typeof type === 'object') return v.picklist(type, what);
  if (type === 'numbers') return v.pipe(v.array(numberSchema(option, what), what), v.nonEmpty(what));
  if (type === 'number' || type === 'whole') return numberSchema(option, what);
  return type === 'weights' ? v.pipe(v.string(what), v.regex(classWeightsPattern, what)) : textSchema(what);
}

function numberSchema(
  { type, range = {}, multipleOf }: OptionKind,
  what: string,
): v.GenericSchema<unknown, number> {
  const { least, most, above, below } = range;
  return v.pipe(
    v.number(what),
    type === 'whole' ? v.safeInteger(what) : v.finite(what),
    ...(least === undefined ? [] : [v.minValue<number, number, string>(least, what)]),
    ...(most === undefined ? [] : [v.maxValue<number, number, string>(most, what)]),
    ...(above === undefined ? [] : [v.gtValue<number, number, string>(above, what)]),
    ...(below === undefined ? [] : [v.ltValue<number, number, string>(below, what)]),
    ...(multipleOf === undefined ? [] : [v.multipleOf<number, number, string>(multipleOf, what)]),
  );
}

/** What a text says, as the value of an option; undefined for what the option does not take. */
export function optionValue(text: string, option: OptionKind): unknown {
  const value = textValue(text, option.type);
  return v.is(valueSchema(option), value) ? value : undefined;
}

function textValue(text: string, type: OptionKind['type']): unknown {
  if (type === 'whole') return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (type === 'number') return decimal(text);
  return type === 'numbers' ? text.split(',').map(decimal) : text;
}

/** A number in decimal digits; NaN for anything else. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** What an option takes, as a command line has it. */
export function whatTextTakes(option: OptionKind): string {
  const what = whatItTakes(option);
  return option.type === 'numbers' ? `${what}, joined by commas` : what;
}

/** What an option is without being given, in words; undefined where it must be given. */
export function defaultText({ default: value, defaultMeaning, required }: MethodOption): string | undefined {
  return required ? undefined : (defaultMeaning ?? String(value));
}
