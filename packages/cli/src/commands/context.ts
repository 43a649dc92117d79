import type { Setup } from '../config/setup.ts';
import type { Terminal } from '../output/terminal.ts';

/** What every command receives besides its options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted by the first signal that asks the process to stop. */
  readonly signal: AbortSignal;
  readonly setup: Setup;
}

/** Runs a command's work, in this process or elsewhere. */
export type Run = (work: (context: CommandContext) => Promise<void>) => Promise<void>;
