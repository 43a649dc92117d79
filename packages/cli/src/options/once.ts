import type { Command, Option } from 'commander';

/**
 * Makes it an error to give an option twice. Otherwise the last value would silently win, and lists would silently be
 * joined.
 */
export function refuseRepeated(command: Command): Command {
  for (const option of command.options.filter(({ variadic }) => !variadic)) {
    let seen = false;
    command.on(`option:${option.name()}`, () => {
      if (seen) refuse(command, option);
      seen = true;
    });
  }
  // A list emits an event for each of its values, so its flags are counted before they are parsed.
  const lists = command.options.filter(({ variadic }) => variadic);
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (args) => {
    const end = args.indexOf('--');
    const flags = args.slice(0, end < 0 ? args.length : end).map((arg) => arg.split('=', 1)[0]);
    for (const option of lists)
      if (flags.filter((flag) => flag === option.long).length > 1) refuse(command, option);
    return parse(args);
  };
  return command;
}

function refuse(command: Command, { flags, variadic }: Option): never {
  const how = variadic ? 'give all its values after it once' : 'give it once';
  return command.error(`error: option '${flags}' was given twice; ${how}`);
}
