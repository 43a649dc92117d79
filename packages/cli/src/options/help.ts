import { type Command, Help, Option } from 'commander';

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
