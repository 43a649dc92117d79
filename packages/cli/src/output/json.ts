import type { Reporter } from './events.ts';
import { oneLine } from './printable.ts';
import type { Terminal } from './terminal.ts';

/** One object on a line of standard output. */
export function jsonLine(terminal: Terminal, event: object): void {
  terminal.out(`${JSON.stringify(event)}\n`);
}

/** Between two events about what goes on besides steps. */
const millisecondsBetweenProgress = 1000;

/** For machines: every event as it comes, those about progress once a second. Quiet leaves only the last. */
export function jsonReporter(
  terminal: Terminal,
  quiet: boolean,
  now: () => number = () => performance.now(),
): Reporter {
  let last = now();
  const line = (event: object): void => jsonLine(terminal, event);
  const unlessQuiet = quiet ? () => {} : line;
  return {
    note: () => {},
    warn: (text) => terminal.err(`warning: ${oneLine(text)}\n`),
    progress(event) {
      if (now() - last < millisecondsBetweenProgress) return;
      last = now();
      unlessQuiet(event);
    },
    start: unlessQuiet,
    step: unlessQuiet,
    epoch: unlessQuiet,
    done: line,
    close: () => {},
  };
}
