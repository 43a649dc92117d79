import type { MethodOption } from '@scalearn/core/methods';
import { InvalidArgumentError, Option } from 'commander';
import type { MethodRegistry } from '../methods/registry.ts';
import { defaultText, optionValue, whatTextTakes } from './option-values.ts';
import { choiceOption } from './values.ts';

/** A flag that gives an option of some methods. */
export interface MethodFlag {
  /** Such as `--omega-dropout`. */
  readonly flag: string;
  /** What it is called among the arguments of `train`. */
  readonly attribute: string;
  /** The methods that have it, and the option that it is of each. */
  readonly users: readonly {
    readonly method: string;
    readonly name: string;
    readonly option: MethodOption;
  }[];
}

/** Every option of a method that has a flag of its own. */
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

/** The flag for the command line. What it gives stays a text: what it may be differs between methods. */
export function methodFlagOption({ flag, users }: MethodFlag): Option {
  const [{ option }] = users as [MethodFlag['users'][number]];
  const text = `${option.meaning} (default: ${defaultsText(users)})`;
  if (typeof option.type === 'object') return choiceOption(`${flag} <kind>`, text, option.type);
  return new Option(`${flag} <x>`, text).argParser((given) => {
    if (users.some((user) => optionValue(given, user.option) !== undefined)) return given;
    throw new InvalidArgumentError(`It must be ${whatTextTakes(option)}.`);
  });
}

/** The default of the first, and of each method that has another: `0.3, scalearn-uniform++ 0`. */
function defaultsText(users: MethodFlag['users']): string {
  const [{ option: first }] = users as [MethodFlag['users'][number]];
  const one = String(first.default ?? defaultText(first));
  const others = users.flatMap(({ method, option }) => {
    const other = String(option.default ?? defaultText(option));
    return other === one ? [] : [`${method} ${other}`];
  });
  return [one, ...others].join(', ');
}
