import type { Files } from './target.ts';

/** A message to a worker. */
export type Order =
  | {
      readonly order: 'batch';
      readonly target: string;
      readonly seed: number;
      readonly runs: number;
      /** Kinds of failures found before. They are counted, and not shrunk again. */
      readonly known: readonly string[];
    }
  /** Valid inputs that must be accepted. */
  | { readonly order: 'valid'; readonly target: string }
  | { readonly order: 'replay'; readonly target: string; readonly files: Files };

/** A forbidden behavior of a parser. */
export interface Failure {
  /** What happened and where. It is the same for the same fault. */
  readonly kind: string;
  readonly detail: string;
  readonly files: Files;
}

/** A message from a worker at the end of an order. */
export interface Report {
  readonly runs: number;
  /** Number of inputs that returned a value, were refused by name, and failed in a known way. */
  readonly read: number;
  readonly refused: number;
  readonly known: Readonly<Record<string, number>>;
  /** CPU time of the slowest input in milliseconds. */
  readonly slowest: number;
  readonly failure?: Failure;
}

/**
 * The state of a worker as seen by the monitoring thread: milliseconds since 1970 when the input began, 0 between
 * inputs.
 */
export const startedSlot = 0;
export const runsSlot = 1;
export const headerBytes = 64;
/** Space for one input. */
export const sharedBytes: number = 2 ** 23;
