import { type OptionDefinition, whatOptionTakes } from '@scalearn/core/methods';
import * as v from 'valibot';
import { classWeightsPattern } from './class-weights.ts';
import type { TrainOption } from './train-table.ts';

/** The properties that decide which values an option of a method or of `train` accepts. */
export type OptionKind = Pick<TrainOption, 'type' | 'range' | 'multipleOf'>;

/** Texts of a form of their own. */
const patterns = {
  weights: {
    what: 'none, balanced, or a number for each label, such as a=1,b=3',
    pattern: classWeightsPattern,
  },
  threshold: { what: 'auto, or a number between 0 and 1, such as 0.3', pattern: /^(auto|0?\.\d*[1-9]\d*)$/ },
};

/** Describes the accepted values, in words that follow "must be". */
function whatItTakes({ type, range, multipleOf }: OptionKind): string {
  if (type === 'texts') return 'a list of texts';
  if (type === 'switch') return 'true or false';
  if (type === 'weights' || type === 'threshold') return patterns[type].what;
  const what = whatOptionTakes({ type: type === 'encoder' ? 'text' : type, range });
  return multipleOf === undefined ? what : `${what}, a multiple of ${multipleOf}`;
}

const textSchema = (what: string): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(what), v.regex(/\S/, what));

/**
 * Returns the schema of an option's values. Messages say what the value must be, in words that follow "must be".
 *
 * @param more other accepted values, for the messages
 */
export function valueSchema(option: OptionKind, more = ''): v.GenericSchema {
  const what = whatItTakes(option) + more;
  if (option.type === 'switch') return v.boolean(what);
  if (option.type === 'texts') return v.array(textSchema(what), what);
  return plainSchema(option, what);
}

/**
 * Returns the schema of an option's values in the user's own file. For an option that several methods share, one number
 * can replace a list of it.
 */
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
  const isPatterned = type === 'weights' || type === 'threshold';
  return isPatterned ? v.pipe(v.string(what), v.regex(patterns[type].pattern, what)) : textSchema(what);
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

/** Parses a text as the value of an option; returns undefined if the option does not accept it. */
export function optionValue(text: string, option: OptionKind): unknown {
  const value = textValue(text, option.type);
  return v.is(valueSchema(option), value) ? value : undefined;
}

/**
 * Returns a value of the user's own file as an option takes it; undefined if the option does not accept it. A name can
 * belong to options of several methods, so a number can stand for a list of it or for its text, and a text for a number.
 */
export function ownFileValue(value: unknown, option: OptionKind): unknown {
  if (typeof value === 'string') return optionValue(value, option);
  if (typeof value === 'number' && option.type === 'text') return optionValue(String(value), option);
  const taken = typeof value === 'number' && option.type === 'numbers' ? [value] : value;
  return v.is(valueSchema(option), taken) ? taken : undefined;
}

/** Returns the text that an option of the command line reads as a value. */
export const valueText = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value));

function textValue(text: string, type: OptionKind['type']): unknown {
  if (type === 'whole') return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (type === 'number') return decimal(text);
  return type === 'numbers' ? text.split(',').map(decimal) : text;
}

/** Parses a number in decimal digits; returns NaN for anything else. */
function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** Describes the texts that an option accepts on the command line. */
export function whatTextTakes(option: OptionKind): string {
  const what = whatItTakes(option);
  return option.type === 'numbers' ? `${what}, joined by commas` : what;
}

/** Describes the default of an option; returns undefined if the option is required. */
export function defaultText({
  default: value,
  defaultMeaning,
  required,
}: OptionDefinition): string | undefined {
  return required ? undefined : (defaultMeaning ?? String(value));
}
