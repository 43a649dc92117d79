import { type MethodOption, optionTakes, whatOptionTakes } from '@scalearn/core';

/** What a text says, as the value of an option; undefined for what the option does not take. */
export function optionValue(text: string, option: MethodOption): unknown {
  const { type } = option;
  const value =
    typeof type === 'object' || type === 'text'
      ? text
      : type === 'numbers'
        ? text.split(',').map(decimal)
        : decimal(text);
  return optionTakes(option, value) ? value : undefined;
}

/** A number in decimal digits; NaN for anything else. */
export function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** What an option takes, as a command line has it. */
export function whatTextTakes(option: MethodOption): string {
  const what = whatOptionTakes(option);
  return option.type === 'numbers' ? `${what}, joined by commas` : what;
}

/** What an option is without being given, in words; undefined where it must be given. */
export function defaultText({ default: value, defaultMeaning, required }: MethodOption): string | undefined {
  return required ? undefined : (defaultMeaning ?? String(value));
}
