import { suggest } from '@scalearn/datasets';
import { encoderSource } from '@scalearn/experiments/runs';
import { type Command, Help, InvalidArgumentError, Option } from 'commander';

/** Makes a parser of whole numbers in decimal digits. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

/** Makes a parser of numbers between two others. */
export function numberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d*\.?\d+$/.test(text) && value > low && value < high) return value;
    throw new InvalidArgumentError(`It must be a number between ${low} and ${high}.`);
  };
}

/** Refuses an empty text: an empty path would silently mean the current folder. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

/** Makes a parser of one of several names. Its error suggests the most similar name. */
export function oneOf(names: readonly string[]): (name: string) => string {
  return (name) => {
    if (names.includes(name)) return name;
    const meant = suggest(name, names);
    throw new InvalidArgumentError(
      `${meant === undefined ? '' : `Did you mean ${meant}? `}It must be one of ${names.join(', ')}.`,
    );
  };
}

/** Makes an option that takes one of several names. Its help lists them. */
export function choiceOption(flags: string, text: string, choices: readonly string[]): Option {
  return new Option(flags, text).choices(choices).argParser(oneOf(choices));
}

/** Makes an option that takes any text except an empty one: a path, or a name. */
export const pathOption = (flags: string, text: string): Option =>
  new Option(flags, text).argParser(notEmpty);

/** Makes an option that takes several texts, none of them empty. */
export const listOption = (flags: string, text: string): Option =>
  new Option(flags, text).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    notEmpty(value),
  ]);

/** Makes an option that takes an encoder: its name on the hub, a folder, or `mini`. */
export const encoderOption = (
  flags: string,
  text = 'hub name or local folder of the encoder, or mini',
): Option => new Option(flags, text).argParser((name) => encoderSource(notEmpty(name)));

/** Formats an option's line of help: `what it is: choice, choice (default: choice)`. */
export function optionDescription({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? `${description && ': '}${argChoices.join(', ')}` : '';
  const fallback = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return `${description}${choices}${fallback ? ` (default: ${defaultValue})` : ''}`;
}

/**
 * Shortens a command's help to one screen: `--help-all` shows the options that are rarely needed. Suggestions for
 * typing errors and the documentation still include them.
 *
 * @param group heading of the help options
 */
export function shortenHelp(command: Command, rare: readonly Option[], group: string): void {
  let all = false;
  command.configureHelp({
    ...command.configureHelp(),
    formatHelp(shown, helper) {
      for (const option of rare) option.hideHelp(!all);
      const text = Help.prototype.formatHelp.call(helper, shown, helper);
      for (const option of rare) option.hideHelp(false);
      return text;
    },
  });
  command.addHelpOption(new Option('-h, --help', 'show this').helpGroup(group));
  command.addOption(new Option('--help-all', 'show every option').helpGroup(group));
  command.on('option:help-all', () => {
    all = true;
    command.help();
  });
}
