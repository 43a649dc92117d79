import type { OptionDefinition } from '@scalearn/core/methods';
import { UsageError } from '@scalearn/experiments';
import {
  type ChosenMethod,
  chosenMethod,
  defaultText,
  type MethodEntry,
  type MethodRegistry,
  optionValue,
  refusedOption,
  type TrainArguments,
  whatTextTakes,
} from '@scalearn/experiments/runs';
import { InvalidArgumentError, Option } from 'commander';
import { choiceOption } from './command-line.ts';

/**
 * Returns the requested method. Without `--method` it is `bottleneck`, or `scalearn` with sources.
 *
 * @throws UsageError for options that exclude each other
 */
export function chooseMethod(given: TrainArguments, methods: MethodRegistry): ChosenMethod {
  const { sources, tasks, method } = given;
  if (tasks && method === undefined)
    throw new UsageError('--tasks is for joint methods; name one with --method (see scalearn methods)');
  const entry = methods.find(method ?? (sources ? 'scalearn' : 'bottleneck'));
  return chosenMethod(entry, given, () => ({
    ...flagOptions(entry, given, methods),
    ...setOptions(entry, given.set ?? []),
  }));
}

function flagOptions(
  entry: MethodEntry,
  given: TrainArguments,
  methods: MethodRegistry,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { flag, attribute, users } of methodFlags(methods)) {
    const { [attribute]: text }: Readonly<Record<string, unknown>> = { ...given };
    if (typeof text !== 'string') continue;
    const own = users.find(({ method }) => method === entry.id);
    if (!own)
      throw new UsageError(
        `${flag} is for ${users.map(({ method }) => method).join(', ')}, not for ${entry.id}; leave it out`,
      );
    options[own.name] = parsedOption(flag, text, own.option);
  }
  return options;
}

function parsedOption(name: string, text: string, option: OptionDefinition): unknown {
  const value = optionValue(text, option);
  if (value === undefined) throw refusedOption(name, text, option);
  return value;
}

function setOptions(entry: MethodEntry, set: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const each of set) {
    const [, name = '', text] = /^([^=]*)=(.*)$/.exec(each) ?? [];
    if (text === undefined) throw new UsageError(`--set takes NAME=VALUE, not '${each}'`);
    const option = Object.hasOwn(entry.options, name) ? entry.options[name] : undefined;
    const names = Object.keys(entry.options).join(', ') || 'none';
    if (!option) throw new UsageError(`${entry.id} has no option '${name}'; it has ${names}`);
    if (option.flag) throw new UsageError(`${name} of ${entry.id} is given by ${option.flag}`);
    if (Object.hasOwn(options, name)) throw new UsageError(`--set gives ${name} twice`);
    options[name] = parsedOption(name, text, option);
  }
  return options;
}

/** A flag that sets an option of one or more methods. */
interface MethodFlag {
  /** Such as `--omega-dropout`. */
  readonly flag: string;
  /** Its name among the arguments of `train`. */
  readonly attribute: string;
  /** The methods that have it, each with the option that it sets. */
  readonly users: readonly FlagUser[];
}

interface FlagUser {
  readonly method: string;
  readonly name: string;
  readonly option: OptionDefinition;
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
  const [{ option }] = users as [FlagUser];
  const text = `${option.meaning} (default: ${defaultsText(users)})`;
  if (typeof option.type === 'object') return choiceOption(`${flag} <kind>`, text, option.type);
  return new Option(`${flag} <x>`, text).argParser((given) => {
    if (users.some((user) => optionValue(given, user.option) !== undefined)) return given;
    throw new InvalidArgumentError(`It must be ${whatTextTakes(option)}.`);
  });
}

/** Lists the default of the first method, and of each method with another: `0.3, scalearn-uniform++ 0`. */
function defaultsText(users: readonly FlagUser[]): string {
  const all = users.map(({ option }) => String(option.default ?? defaultText(option)));
  const others = users.flatMap(({ method }, i) => (all[i] === all[0] ? [] : [`${method} ${all[i]}`]));
  return [all[0], ...others].join(', ');
}
