import type { Setup } from '../config/setup.ts';
import type { Terminal } from '../output/terminal.ts';

/** What every command is given beside its options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Aborted by the first signal to stop. */
  readonly signal: AbortSignal;
  readonly setup: Setup;
}

/** Does the work of a command, or hands it on. */
export type Run = (work: (context: CommandContext) => Promise<void>) => Promise<void>;
