import { jsonLine } from '../output/json.ts';
import { oneLine } from '../output/printable.ts';
import type { Terminal } from '../output/terminal.ts';
import type { QuickstartOutput } from './events.ts';

/** For machines: every event as it comes. Quiet leaves only the last. */
export function jsonOutput(terminal: Terminal, quiet: boolean): QuickstartOutput {
  const line = (event: object): void => {
    if (!quiet) jsonLine(terminal, event);
  };
  return {
    note: () => {},
    warn: (text) => terminal.err(`warning: ${oneLine(text)}\n`),
    opened: () => {},
    planned: ({ models, missing, seconds }) =>
      line({
        event: 'plan',
        models: models.length,
        reused: models.length - missing.length,
        expectedSeconds: seconds,
      }),
    training: () => {},
    start: line,
    step: line,
    epoch: line,
    model: ({ model: { entry, seed }, metric, score, seconds, reused }) =>
      line({ event: 'model', method: entry.id, seed, metric, score, seconds, reused }),
    done: (results, out) => jsonLine(terminal, { event: 'done', ...results, out }),
    close: () => {},
  };
}
