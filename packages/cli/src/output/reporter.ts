import { barReporter } from './bar.ts';
import type { Reporter } from './events.ts';
import { jsonReporter } from './json.ts';
import { plainReporter } from './plain.ts';
import { oneLine } from './printable.ts';
import { doneLines } from './result.ts';
import type { Terminal } from './terminal.ts';

export function createReporter(
  terminal: Terminal,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Reporter {
  if (json) return jsonReporter(terminal, quiet);
  if (quiet) return quietReporter(terminal);
  return terminal.interactive ? barReporter(terminal) : plainReporter(terminal);
}

/** Only warnings and the result. */
function quietReporter(terminal: Terminal): Reporter {
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
