import { type Command, Help, Option } from 'commander';

/** An option's line of help: `what it is: choice, choice (default: choice)`. */
export function optionDescription({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? `${description && ': '}${argChoices.join(', ')}` : '';
  const fallback = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return `${description}${choices}${fallback ? ` (default: ${defaultValue})` : ''}`;
}

/**
 * Keeps a command's help on one screen: options that are rarely needed are shown by `--help-all` only. They are
 * options like all others to typing errors and to documentation.
 *
 * @param group heading under which the help options stand
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
