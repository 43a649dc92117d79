import type { OptionDefinition } from '@scalearn/core/methods';
import { InvalidArgumentError, Option } from 'commander';
import type { MethodRegistry } from '../methods/registry.ts';
import { defaultText, optionValue, whatTextTakes } from './option-values.ts';
import { choiceOption } from './values.ts';

/** A flag that sets an option of one or more methods. */
export interface MethodFlag {
  /** The flag, such as `--omega-dropout`. */
  readonly flag: string;
  /** Its name among the arguments of `train`. */
  readonly attribute: string;
  /** The methods that have it, each with the option that it sets. */
  readonly users: readonly {
    readonly method: string;
    readonly name: string;
    readonly option: OptionDefinition;
  }[];
}

/** Lists every option of a method that has its own flag. */
export function methodFlags({ all }: MethodRegistry): MethodFlag[] {
  const users = all.flatMap(({ id: method, options }) =>
    Object.entries(options).map(([name, option]) => ({ method, name, option })),
  );
  const flags = new Set(users.flatMap(({ option }) => option.flag ?? []));
  return [...flags].map((flag) => ({
    flag,
    attribute: new Option(flag).attributeName(),
    users: users.filter(({ option }) => option.flag === flag),
  }));
}

/** Makes the option of the command line. Its value stays a text, because the accepted values differ between methods. */
export function methodFlagOption({ flag, users }: MethodFlag): Option {
  const [{ option }] = users as [MethodFlag['users'][number]];
  const text = `${option.meaning} (default: ${defaultsText(users)})`;
  if (typeof option.type === 'object') return choiceOption(`${flag} <kind>`, text, option.type);
  return new Option(`${flag} <x>`, text).argParser((given) => {
    if (users.some((user) => optionValue(given, user.option) !== undefined)) return given;
    throw new InvalidArgumentError(`It must be ${whatTextTakes(option)}.`);
  });
}

/** Lists the default of the first method, and of each method with another: `0.3, scalearn-uniform++ 0`. */
function defaultsText(users: MethodFlag['users']): string {
  const [{ option: first }] = users as [MethodFlag['users'][number]];
  const one = String(first.default ?? defaultText(first));
  const others = users.flatMap(({ method, option }) => {
    const other = String(option.default ?? defaultText(option));
    return other === one ? [] : [`${method} ${other}`];
  });
  return [one, ...others].join(', ');
}
