import { type Setup, StoppedError } from '@scalearn/experiments';
import { printableOnly, processTerminal, type Terminal } from '../output/terminal.ts';
import { onSignals } from '../signals.ts';

/** What every command receives besides its options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted by the first signal that asks the process to stop. */
  readonly signal: AbortSignal;
  readonly setup: Setup;
}

/** Runs a command's work, in this process or elsewhere. */
export type Run = (work: (context: CommandContext) => Promise<void>) => Promise<void>;

/**
 * Runs work in this process. The first signal to stop, and output that fails, abort the work; a second signal ends the
 * process at once. Every file is replaced atomically, so no file is left half-written.
 */
export function runHere(setup: Setup, screen?: Terminal): Run {
  return async (work) => {
    const terminal = screen ?? printableOnly(processTerminal());
    const { broken } = terminal;
    const controller = new AbortController();
    const { signal } = controller;
    const abort = (): void => controller.abort(new StoppedError('Interrupted; nothing was changed.'));
    const settled = onSignals(() => {
      if (signal.aborted) process.exit(130);
      abort();
    });
    if (broken?.aborted) abort();
    broken?.addEventListener('abort', abort);
    try {
      await work({ terminal, signal, setup });
    } finally {
      settled();
      broken?.removeEventListener('abort', abort);
    }
  };
}
