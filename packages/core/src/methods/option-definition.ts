import { ArgumentError } from '../errors.ts';
import { shown } from '../files/shown.ts';

/** The type of an option: a number, a whole number, several numbers, a text, or one of several words. */
export type OptionType = 'number' | 'whole' | 'numbers' | 'text' | readonly string[];

/** Bounds of a number, or of each number of a list. */
export interface OptionRange {
  /** Inclusive lower bound; none by default. */
  readonly least?: number;
  /** Inclusive upper bound; none by default. */
  readonly most?: number;
  /** Exclusive lower bound; none by default */
  readonly above?: number;
  /** Exclusive upper bound; none by default. */
  readonly below?: number;
}

/** The definition of an option of a method or of training. Checks, flags, help and schemas derive from it. */
export interface OptionDefinition<T extends OptionType = OptionType> {
  /** The type of its values. */
  readonly type: T;
  /** Short description. */
  readonly meaning: string;
  /** Default value; absent if it is not a constant. */
  readonly default?: OptionValue<T>;
  /** Description of the default if it is not always a constant: `the encoder's`. */
  readonly defaultMeaning?: string;
  /** Bounds of a number; by default any finite number is valid. */
  readonly range?: OptionRange;
  /** Flag of the command line for this option. Options without a flag are given by `--set NAME=VALUE`. */
  readonly flag?: `--${string}`;
  /** Whether the option must be given, because it has no default. */
  readonly required?: true;
}

/** Definitions by the names of the options in code. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

export type OptionValue<T extends OptionType> = T extends 'number' | 'whole'
  ? number
  : T extends 'numbers'
    ? readonly number[]
    : T extends 'text'
      ? string
      : T extends readonly (infer Word)[]
        ? Word
        : never;

/** The values of options. Any may be left out. */
export type OptionValues<O extends OptionDefinitions> = {
  readonly [Name in keyof O]?: OptionValue<O[Name]['type']> | undefined;
};

/** The values of options, those with a default filled in. */
export type SettledValues<O extends OptionDefinitions> = {
  readonly [Name in keyof O]: O[Name] extends { readonly default: unknown }
    ? OptionValue<O[Name]['type']>
    : OptionValue<O[Name]['type']> | undefined;
};

/** Returns a description of the values that an option accepts: `a number above 0`. */
export function whatOptionTakes({ type, range = {} }: Pick<OptionDefinition, 'type' | 'range'>): string {
  if (typeof type !== 'string') return `one of ${type.join(', ')}`;
  if (type === 'text') return 'a text';
  const { least, most, above, below } = range;
  if (type === 'whole' && least !== undefined && most !== undefined)
    return `a whole number from ${least} to ${most}`;
  const bounds = [
    ...(least === undefined ? [] : [`of at least ${least}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ].join(' and ');
  const what = { number: 'a number', whole: 'a whole number', numbers: 'numbers' }[type];
  return bounds === '' ? what : `${what} ${bounds}`;
}

/** Returns whether an option accepts a value. */
export function optionTakes<T extends OptionType>(
  { type, range = {} }: Pick<OptionDefinition<T>, 'type' | 'range'>,
  value: unknown,
): value is OptionValue<T> {
  if (typeof type === 'object') return typeof value === 'string' && type.includes(value);
  if (type === 'text') return typeof value === 'string' && value.trim() !== '';
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity } = range;
  const fits = (each: unknown): boolean =>
    (type === 'whole' ? Number.isSafeInteger(each) : Number.isFinite(each)) &&
    Number(each) >= least &&
    Number(each) <= most &&
    Number(each) > above &&
    Number(each) < below;
  if (type !== 'numbers') return typeof value === 'number' && fits(value);
  return Array.isArray(value) && value.length > 0 && value.every(fits);
}

/**
 * Checks values against options.
 *
 * @throws ArgumentError that names the first unknown option or invalid value
 */
export function checkOptions<O extends OptionDefinitions>(
  options: O,
  values: Readonly<Record<string, unknown>>,
): asserts values is OptionValues<O> {
  for (const [name, value] of Object.entries(values)) {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option)
      throw new ArgumentError(
        `there is no option ${shown(name)}; there are ${Object.keys(options).join(', ') || 'none'}`,
      );
    if (value === undefined || optionTakes(option, value)) continue;
    const found = typeof value === 'number' ? String(value) : shown(value);
    throw new ArgumentError(`${name} must be ${whatOptionTakes(option)}, not ${found} (${option.meaning})`);
  }
}

/** Checks values against options and fills in the defaults. Other values, such as `sources`, are left out. @throws ArgumentError */
export function settleOptions<O extends OptionDefinitions>(
  options: O,
  values: { readonly [Name in keyof O]?: unknown },
): SettledValues<O> {
  const own: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) own[name] = values[name] ?? option.default;
  assertSettled(options, own);
  return own;
}

function assertSettled<O extends OptionDefinitions>(
  options: O,
  values: Readonly<Record<string, unknown>>,
): asserts values is SettledValues<O> {
  checkOptions(options, values);
}
