import type { Files } from './target.ts';

/** To a worker. */
export type Order =
  | {
      readonly order: 'batch';
      readonly target: string;
      readonly seed: number;
      readonly runs: number;
      /** Kinds of failures that were found before: they are counted, and not shrunk again. */
      readonly known: readonly string[];
    }
  /** All that it must read. */
  | { readonly order: 'valid'; readonly target: string }
  | { readonly order: 'replay'; readonly target: string; readonly files: Files };

/** Something that a parser must not do. */
export interface Failure {
  /** What it did and where: the same for the same fault. */
  readonly kind: string;
  readonly detail: string;
  readonly files: Files;
}

/** From a worker, at the end of an order. */
export interface Report {
  readonly runs: number;
  /** Inputs that gave a value, those that were refused by name, and those that failed in a known way. */
  readonly read: number;
  readonly refused: number;
  readonly known: Readonly<Record<string, number>>;
  /** CPU milliseconds of the slowest input. */
  readonly slowest: number;
  readonly failure?: Failure;
}

/** What the thread beside sees of a worker at work: milliseconds since 1970 when the input began, 0 between inputs. */
export const startedSlot = 0;
export const runsSlot = 1;
export const headerBytes = 64;
/** Room for one input. */
export const sharedBytes: number = 2 ** 23;
