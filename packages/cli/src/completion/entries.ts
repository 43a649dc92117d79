import { taskIds } from '@scalearn/datasets';
import type { Setup } from '@scalearn/experiments';
import type { Argument, Command, Option } from 'commander';

/** What can stand in one place of a command line. */
export interface Values {
  readonly words: readonly string[];
  readonly places: 'none' | 'files' | 'folders';
}

/** An option, as shells complete it. */
export interface OptionEntry {
  /** Such as `--device`. */
  readonly flag: string;
  readonly meaning: string;
  /** Undefined for a flag without a value. */
  readonly values: Values | undefined;
  /** Whether it takes several values. */
  readonly several: boolean;
}

/** A command, as shells complete it. */
export interface CommandEntry {
  readonly name: string;
  readonly meaning: string;
  readonly options: readonly OptionEntry[];
  /** Values of its words that belong to no option. */
  readonly values: Values;
}

/** Describes the commands and options of a command line as it is declared, hidden ones left out. */
export function commandEntries(root: Command, setup: Setup): CommandEntry[] {
  const help = root.createHelp();
  return help.visibleCommands(root).map((command) => {
    const [place] = command.registeredArguments;
    return {
      name: command.name(),
      meaning: command.summary() || command.description(),
      options: help.visibleOptions(command).map((option) => optionEntry(option, setup)),
      values:
        command.name() === 'help'
          ? { words: root.commands.map((each) => each.name()), places: 'none' }
          : placeValues(place, setup),
    };
  });
}

export function optionEntry(option: Option, setup: Setup): OptionEntry {
  const takesValue = option.required || option.optional;
  return {
    flag: option.long ?? option.flags,
    meaning: option.description,
    values: takesValue ? optionValues(option, setup) : undefined,
    several: option.variadic,
  };
}

function optionValues(option: Option, setup: Setup): Values {
  if (option.argChoices) return { words: option.argChoices, places: 'none' };
  return namedValues(option.attributeName(), setup) ?? placesOf(option.flags);
}

function placeValues(place: Argument | undefined, setup: Setup): Values {
  if (!place) return { words: [], places: 'none' };
  if (place.argChoices) return { words: place.argChoices, places: 'none' };
  return namedValues(place.name(), setup) ?? { words: [], places: 'files' };
}

/** Returns the values that have names, by the name of the option or argument that takes them. */
function namedValues(name: string, { methods }: Setup): Values | undefined {
  switch (name) {
    case 'method':
      return { words: methods.all.map(({ id }) => id), places: 'none' };
    case 'task':
    case 'tasks':
      return { words: taskIds, places: 'files' };
    case 'encoder':
      return { words: ['mini'], places: 'folders' };
    default:
      return undefined;
  }
}

/** Options declare what they take as `<dir>` or `<file>`. */
function placesOf(flags: string): Values {
  const places = /<dir(?:\.\.\.)?>/.test(flags) ? 'folders' : /<file>/.test(flags) ? 'files' : 'none';
  return { words: [], places };
}
