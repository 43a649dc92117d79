import type { Reporter } from './reporter.ts';
import type { Terminal } from './terminal.ts';

/** One object on a line of standard output. */
export function jsonLine(terminal: Terminal, event: object): void {
  terminal.out(`${JSON.stringify(event)}\n`);
}

/** For machines: every event as it comes. Quiet leaves only the last. */
export function jsonReporter(terminal: Terminal, quiet: boolean): Reporter {
  const line = (event: object): void => jsonLine(terminal, event);
  const unlessQuiet = quiet ? () => {} : line;
  return {
    note: () => {},
    warn: (text) => terminal.err(`warning: ${text}\n`),
    start: unlessQuiet,
    step: unlessQuiet,
    epoch: unlessQuiet,
    done: line,
    close: () => {},
  };
}
