import { brokenOutput } from './broken-output.ts';

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
