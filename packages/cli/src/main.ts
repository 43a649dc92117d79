import { ScalearnError } from '@scalearn/core';
import { DatasetError } from '@scalearn/datasets';
import { EvaluationError } from '@scalearn/evaluation';
import { HubError } from '@scalearn/hub';
import { CommanderError } from 'commander';
import { loadSetup, takeConfig } from './config/load-config.ts';
import { asFolderError, isRefusedValue, StoppedError, UsageError } from './errors.ts';
import { interruptible } from './interrupt.ts';
import type { ErrorEvent } from './output/events.ts';
import { jsonLine } from './output/reporter.ts';
import { oneLine, printableOnly, processTerminal, readerHasGone, type Terminal } from './output/terminal.ts';
import { program } from './program.ts';

/** Largest width of help in columns: longer lines are hard to read. */
const widest = 100;

/**
 * Runs a command line.
 *
 * @param args without the names of runtime and program
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export async function main(args: readonly string[], screen: Terminal = processTerminal()): Promise<number> {
  const terminal = printableOnly(screen);
  let usage = '';
  try {
    const { config, rest } = takeConfig(args);
    const setup = await loadSetup(config);
    const command = program(
      (work) => interruptible((signal) => work({ terminal, signal, setup }), terminal.broken),
      setup,
    );
    for (const each of [command, ...command.commands])
      each.configureOutput({
        writeOut: (text) => terminal.out(text),
        writeErr: (text) => {
          usage += text;
        },
        getOutHelpWidth: () => Math.min(terminal.columns ?? widest, widest),
        getErrHelpWidth: () => Math.min(terminal.columns ?? widest, widest),
      });
    await command.parseAsync(withCommand(rest), { from: 'user' });
    return good(terminal);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return good(terminal);
    const stopped = error instanceof StoppedError && terminal.broken?.aborted === true;
    if (stopped && readerHasGone(terminal.broken?.reason)) return 1;
    const isUsage = error instanceof CommanderError;
    const { exitCode, name, message } = describe(
      isUsage ? new UsageError(usage.trim().replace(/^error: /, '')) : error,
    );
    if (args.includes('--json'))
      jsonLine(terminal, { event: 'error', error: name, message, exitCode } satisfies ErrorEvent);
    // The help of a command that does not exist is a usage error too.
    const prefix = exitCode === 130 || (isUsage && !usage.startsWith('error: ')) ? '' : 'error: ';
    terminal.err(`${prefix}${isUsage ? usageText(message) : oneLine(message)}\n`);
    if (process.env.DEBUG && error instanceof Error) terminal.err(`${error.stack}\n`);
    return stopped ? 1 : exitCode;
  }
}

/** Adds the quickstart if no command is given, also if options are given: `npm start -- --fast`. */
function withCommand(args: readonly string[]): string[] {
  const [first] = args;
  const ofRoot = ['--help', '-h', '--version', '-V'];
  const isQuickstart = first === undefined || (first.startsWith('-') && !ofRoot.includes(first));
  return isQuickstart ? ['quickstart', ...args] : [...args];
}

/** Formats a usage error: help keeps its lines; a message is one line, with a suggestion below it. */
function usageText(text: string): string {
  if (text.includes('\nUsage: ') || text.startsWith('Usage: ')) return text;
  return text
    .split(/\n(?=\(Did you mean )/)
    .map(oneLine)
    .join('\n');
}

/** Returns 0 if all output was written; output that could not be written is a failure. */
const good = ({ broken }: Terminal): number => (broken?.aborted ? 1 : 0);

function describe(thrown: unknown): { exitCode: number; name: string; message: string } {
  const error = asFolderError(thrown, 'a file could not be used') as Error;
  const { name, message } = error;
  if (error instanceof StoppedError) return { exitCode: 130, name, message };
  if (error instanceof UsageError || isRefusedValue(error)) return { exitCode: 2, name, message };
  const isKnown =
    error instanceof ScalearnError ||
    error instanceof DatasetError ||
    error instanceof EvaluationError ||
    error instanceof HubError;
  return {
    exitCode: 1,
    name,
    message: isKnown
      ? message
      : `${message || String(thrown)} (this is a bug; please report it with the output of the same command under DEBUG=1)`,
  };
}
