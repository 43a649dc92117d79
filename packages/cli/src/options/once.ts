import type { Command } from 'commander';

/** Makes giving an option twice an error, unless it takes a list: the last one would silently win. */
export function refuseRepeated(command: Command): Command {
  for (const option of command.options) {
    if (option.variadic) continue;
    let seen = false;
    command.on(`option:${option.name()}`, () => {
      if (seen) command.error(`error: option '${option.flags}' was given twice; give it once`);
      seen = true;
    });
  }
  return command;
}
