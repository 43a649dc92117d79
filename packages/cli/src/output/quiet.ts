import { oneLine } from './printable.ts';
import type { Reporter } from './reporter.ts';
import { doneLines } from './result.ts';
import type { Terminal } from './terminal.ts';

/** Only warnings and the result. */
export function quietReporter(terminal: Terminal): Reporter {
  const nothing = (): void => {};
  return {
    note: nothing,
    warn: (text) => terminal.err(`warning: ${oneLine(text)}\n`),
    progress: nothing,
    start: nothing,
    step: nothing,
    epoch: nothing,
    done: (event) => terminal.out(doneLines(event)),
    close: nothing,
  };
}
