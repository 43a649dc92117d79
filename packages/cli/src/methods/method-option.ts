import { UsageError } from '../errors.ts';

/** What an option of a method takes. */
export type OptionKind = 'number' | 'whole' | 'numbers' | readonly string[];

/** An option of a method, besides its sources. */
export interface MethodOption {
  readonly kind: OptionKind;
  readonly text: string;
  /** Where it has a flag of its own; all others are given by `--set NAME=VALUE`. */
  readonly flag?: string;
}

/** Reads the value of an option. @throws UsageError that says what it takes */
export function parseOption(name: string, text: string, { kind }: MethodOption): unknown {
  if (typeof kind !== 'string') {
    if (kind.includes(text)) return text;
    throw new UsageError(`${name} is one of ${kind.join(', ')}, not '${text}'`);
  }
  const values = (kind === 'numbers' ? text.split(',') : [text]).map((each) =>
    each.trim() === '' ? Number.NaN : Number(each),
  );
  const fits = kind === 'whole' ? Number.isSafeInteger : Number.isFinite;
  if (!values.every((value) => fits(value)))
    throw new UsageError(`${name} is ${whatItTakes(kind)}, not '${text}'`);
  return kind === 'numbers' ? values : values[0];
}

/** For help and messages. */
export function whatItTakes(kind: OptionKind): string {
  if (typeof kind !== 'string') return kind.join(', ');
  if (kind === 'numbers') return 'a list of numbers, joined by commas';
  return kind === 'whole' ? 'a whole number' : 'a number';
}
