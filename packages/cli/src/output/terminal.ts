import { asFolderError, systemCode } from '../errors.ts';

/** Where a command writes: `out` takes results, `err` progress, warnings and errors. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person watches `err`. */
  readonly interactive: boolean;
  /** Characters of a line of `out`, where it is a terminal's. */
  readonly columns?: number;
  /** Whether `out` shows 256 colors. */
  readonly colors?: boolean;
  /** Aborted where output fails, with the system's error as the reason; the command then stops. */
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

/** The commands that are our own: a number in a color, as heat maps have them. */
const ESCAPE = '\u001b';
const COLOURED = new RegExp(`(${ESCAPE}\\[[\\d;]+m[ \\d.-]*${ESCAPE}\\[0m)`);

/** Whatever a command writes passes here, whoever wrote the parts of it. */
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
 * Watches standard output and standard error until the process ends: an error of theirs that nobody handles would end
 * it at once, with its state unsaved. A reader that has gone, as `head` does, is no news; anything else is reported.
 *
 * @returns aborted by the first error
 */
function brokenOutput(): AbortSignal {
  if (broken) return broken.signal;
  const controller = new AbortController();
  broken = controller;
  const watch = (stream: NodeJS.WriteStream, what: string): void => {
    stream.on('error', (error) => {
      if (controller.signal.aborted) return;
      controller.abort(error);
      // Written later than the command has ended, it is a failure all the same.
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

/** Whether output failed only because nobody reads it any more. */
export function readerHasGone(reason: unknown): boolean {
  return systemCode(reason) === 'EPIPE';
}

/**
 * Characters that do something to a screen or a log instead of being shown in it: controls, with the one that begins a
 * terminal's commands; separators of lines; what reverses the direction of writing; halves of characters.
 */
const ACTIVE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;

/** How JSON writes it, so that what is JSON stays the same JSON. */
function escaped(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Text of several lines of which nothing acts on a terminal: labels, file names and answers of servers may hold anything. */
function printable(text: string): string {
  return text.replace(ACTIVE, (character) => (character === '\n' ? character : escaped(character)));
}

/** A text that stays in its line: whoever wrote a part of it can add no line of his own. */
export function oneLine(text: string): string {
  return text.replace(ACTIVE, escaped);
}
