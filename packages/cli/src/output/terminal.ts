import { brokenOutput } from './broken-output.ts';
import { printable } from './printable.ts';

/** Where a command writes: `out` takes results, `err` progress, warnings and errors. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches `err`. */
  readonly interactive: boolean;
  /** Characters of a line of `out`, where it is a terminal's. */
  readonly columns?: number;
  /** Whether `out` shows 256 colours. */
  readonly colours?: boolean;
  /** Aborted where output fails, with the system's error as the reason; the command then stops. */
  readonly broken?: AbortSignal;
}

export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    columns: process.stdout.columns,
    colours: process.stdout.isTTY === true && !process.env.NO_COLOR && process.stdout.hasColors(256),
    broken: brokenOutput(),
  };
}

/** The commands that are our own: a number in a colour, as heat maps have them. */
const ESCAPE = '\u001b';
const COLOURED = new RegExp(`(${ESCAPE}\\[[\\d;]+m[ \\d.-]*${ESCAPE}\\[0m)`);

/** Whatever a command writes passes here, whoever wrote the parts of it. */
export function printableOnly(terminal: Terminal): Terminal {
  const { colours } = terminal;
  const lines = (text: string): string =>
    colours
      ? text
          .split(COLOURED)
          .map((part, i) => (i % 2 === 1 ? part : printable(part)))
          .join('')
      : printable(text);
  return {
    ...terminal,
    out: (text) => terminal.out(lines(text)),
    err: (text) => terminal.err(printable(text)),
  };
}
