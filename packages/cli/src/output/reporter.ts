import { barReporter } from './bar.ts';
import type { DoneEvent, EpochEvent, ProgressEvent, StartEvent, StepEvent } from './events.ts';
import { jsonReporter } from './json.ts';
import { plainReporter } from './plain.ts';
import { quietReporter } from './quiet.ts';
import type { Terminal } from './terminal.ts';

/** Shows how a run goes. */
export interface Reporter {
  /** What is being done before training begins. */
  note(text: string): void;
  warn(text: string): void;
  /** How far something has come that takes a while. */
  progress(event: ProgressEvent): void;
  start(event: StartEvent): void;
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  done(event: DoneEvent): void;
  /** Clears what is unfinished on the screen. */
  close(): void;
}

export function createReporter(
  terminal: Terminal,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Reporter {
  if (json) return jsonReporter(terminal, quiet);
  if (quiet) return quietReporter(terminal);
  return terminal.interactive ? barReporter(terminal) : plainReporter(terminal);
}
