import { UsageError } from '../errors.ts';

/** What an option of a method takes. */
export type OptionKind = 'number' | 'whole' | 'numbers' | 'text' | readonly string[];

/** An option of a method, besides its sources. */
export interface MethodOption {
  readonly kind: OptionKind;
  readonly text: string;
  /** Where it has a flag of its own; all others are given by `--set NAME=VALUE`. */
  readonly flag?: string;
  /** Whether there is no default. */
  readonly required?: true;
}

/** Reads the value of an option. @throws UsageError that says what it takes */
export function parseOption(name: string, text: string, { kind }: MethodOption): unknown {
  if (typeof kind !== 'string') {
    if (kind.includes(text)) return text;
    throw new UsageError(`${name} is one of ${kind.join(', ')}, not '${text}'`);
  }
  if (kind === 'text') return text;
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
  const words = {
    number: 'a number',
    whole: 'a whole number',
    numbers: 'numbers, joined by commas',
    text: 'a text',
  } as const;
  return words[kind];
}

/** Hidden size over bottleneck width, which most adapters have. */
export const reductionFactor: MethodOption = {
  kind: 'number',
  text: 'hidden size over bottleneck width (default: 16)',
  flag: '--reduction-factor',
};

export const nonLinearity: MethodOption = {
  kind: ['relu', 'gelu', 'gelu_new', 'tanh', 'sigmoid'],
  text: 'of the bottleneck (default: relu)',
};
