import { asFolderError, systemCode } from '@scalearn/experiments/runs';

/** The output of a command: `out` takes results; `err` takes progress, warnings and errors. */
export interface Terminal {
  /** Writes results. */
  out(text: string): void;
  /** Writes progress, warnings and errors. */
  err(text: string): void;
  /** Whether `err` is a terminal. */
  readonly interactive: boolean;
  /** Characters of a line of `out`, if it is a terminal. */
  readonly columns?: number;
  /** Whether `out` shows 256 colors; by default it does not */
  readonly colors?: boolean;
  /** Aborted if output fails, with the system's error as the reason. The command then stops. */
  readonly broken?: AbortSignal;
}

export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    columns: process.stdout.columns,
    colors: process.stdout.isTTY === true && !process.env.NO_COLOR && process.stdout.hasColors(256),
    broken: brokenOutput(),
  };
}

/** The allowed escape sequences: a number in a color, as in heat maps. */
const ESCAPE = '\u001b';
const COLOURED = new RegExp(`(${ESCAPE}\\[[\\d;]+m[ \\d.-]*${ESCAPE}\\[0m)`);

/** Makes all output of a command printable, including text from other sources. */
export function printableOnly(terminal: Terminal): Terminal {
  const { colors } = terminal;
  const lines = (text: string): string =>
    colors
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

let broken: AbortController | undefined;

/**
 * Watches standard output and standard error until the process ends. Without a handler, their errors would end the
 * process with its state unsaved. A closed reader, such as `head`, is not reported; other errors are.
 *
 * @returns a signal that the first error aborts
 */
function brokenOutput(): AbortSignal {
  if (broken) return broken.signal;
  const controller = new AbortController();
  broken = controller;
  const watch = (stream: NodeJS.WriteStream, what: string): void => {
    stream.on('error', (error) => {
      if (controller.signal.aborted) return;
      controller.abort(error);
      // An error after the end of the command is a failure as well.
      process.exitCode ||= 1;
      if (readerHasGone(error)) return;
      const { message } = asFolderError(error, `${what} could not be written`) as Error;
      if (stream !== process.stderr) process.stderr.write(`error: ${oneLine(message)}\n`);
    });
  };
  watch(process.stdout, 'standard output');
  watch(process.stderr, 'standard error');
  return controller.signal;
}

/** Returns whether output failed only because its reader is closed. */
export function readerHasGone(reason: unknown): boolean {
  return systemCode(reason) === 'EPIPE';
}

/**
 * Characters that act on a screen or a log instead of being shown: control characters, including the start of escape
 * sequences; line separators; controls of writing direction; and lone surrogates.
 */
const ACTIVE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;

/** Escapes a character as JSON does, so that the value of JSON output does not change. */
function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Makes a text of several lines printable. Labels, file names and server responses may contain any character. */
function printable(text: string): string {
  return text.replace(ACTIVE, (character) => (character === '\n' ? character : escaped(character)));
}

/** Makes a text printable on one line, so that its parts cannot add lines. */
export function oneLine(text: string): string {
  return text.replace(ACTIVE, escaped);
}
