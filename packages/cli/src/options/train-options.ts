import { bottleneck, scalearn } from '@scalearn/core';
import { plainSetup, type Setup } from '@scalearn/experiments';
import {
  type ListedOption,
  type OptionGroup,
  type OptionName,
  optionNamed,
  optionValue,
  type TrainArguments,
  trainOptions,
  whatTextTakes,
} from '@scalearn/experiments/runs';
import { InvalidArgumentError, Option } from 'commander';
import { CheckedCommand } from './checked-command.ts';
import { choiceOption, encoderOption, listOption, oneOf, pathOption, shortenHelp } from './command-line.ts';
import { methodFlagOption, methodFlags } from './method-flags.ts';

/** Headings of the help, in their order. */
const groups: readonly OptionGroup[] = ['Model', 'Your own data', 'Training', 'Method', 'Running'];

export function addTrainOptions(
  command: CheckedCommand,
  { methods, defaults }: Setup = plainSetup,
): CheckedCommand {
  const rare: Option[] = [];
  const ofMethods = methodFlags(methods).map((flag) => ({ option: methodFlagOption(flag), isRare: true }));
  for (const group of groups)
    for (const { option, isRare } of [...optionsOf(group), ...(group === 'Method' ? ofMethods : [])]) {
      if (option.name() === 'method') option.argParser(oneOf(methods.all.map(({ id }) => id)));
      command.addOption(applyDefault(option, defaults).helpGroup(`${group}:`));
      if (isRare) rare.push(option);
    }
  for (const [name, { or, unless }] of Object.entries(trainOptions))
    if (or !== undefined || unless !== undefined) command.needs(name, { or, unless });
  shortenHelp(command, rare, 'Running:');
  return command;
}

/** Returns the options under a heading. Rarely needed options come last. */
export function optionsOf(group: OptionGroup): { readonly option: Option; readonly isRare: boolean }[] {
  return Object.entries(trainOptions)
    .filter(([, option]) => option.group === group && option.flag !== undefined)
    .map(([name, option]) => ({ option: commandOption(name, option), isRare: option.rare === true }))
    .sort((a, b) => Number(a.isRare) - Number(b.isRare));
}

export function trainOption(name: OptionName): Option {
  return commandOption(name, optionNamed(name));
}

function commandOption(name: string, option: ListedOption): Option {
  const made = parsed(option, option.meaning + defaultWords(name, option));
  if (option.conflicts !== undefined) made.conflicts(option.conflicts);
  return made.makeOptionMandatory(option.required === true && option.unless === undefined);
}

/** Adds the parser of the option's text. */
function parsed(option: ListedOption, text: string): Option {
  const { type, flag = '' } = option;
  if (type === 'switch') return new Option(flag, text);
  if (type === 'text') return pathOption(flag, text);
  if (type === 'texts') return listOption(flag, text);
  if (type === 'encoder') return encoderOption(flag, text);
  if (typeof type === 'object') return choiceOption(flag, text, type);
  return new Option(flag, text).argParser((given) => {
    const value = optionValue(given, option);
    if (value !== undefined) return value;
    throw new InvalidArgumentError(`It must be ${whatTextTakes(option)}.`);
  });
}

/** Describes the default. If the paper's default differs between methods, the text says so. */
function defaultWords(name: string, option: ListedOption): string {
  const methods = [bottleneck(), scalearn({ sources: [] })];
  const [one, other] = methods.map((method): unknown => ({ ...method.defaults })[name]);
  const words =
    option.defaultMeaning ?? option.default ?? (one === other ? one : `${one}, scalearn ${other}`);
  return words === undefined ? '' : ` (default: ${words})`;
}

/** Parses the arguments of `train`. @throws CommanderError */
export function parseTrainArguments(args: readonly string[], setup: Setup): TrainArguments {
  const command = new CheckedCommand('train')
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
  return addTrainOptions(command, setup)
    .parse([...args], { from: 'user' })
    .opts<TrainArguments>();
}

/** Gives an option the configuration's default, if there is one, as if its text had been given. */
function applyDefault(option: Option, defaults: Setup['defaults']): Option {
  const { [option.attributeName()]: value }: Readonly<Record<string, unknown>> = { ...defaults };
  if (value === undefined) return option;
  option.description = option.description.replace(/ \(default: [^()]*\)$/, '');
  return option.default(option.parseArg ? option.parseArg(String(value), undefined) : value);
}
