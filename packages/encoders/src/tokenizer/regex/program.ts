import type { CharacterSet } from './character-set.ts';
import type { Assertion } from './syntax.ts';

/**
 * One step of a program that matches a regular expression. `slot` numbers the steps whose outcome is recorded for each
 * position. The body of `atomic` and `look` follows them and has its own `end`.
 */
export type Step =
  | { readonly op: 'set'; readonly set: CharacterSet }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'jump'; readonly to: number }
  /** Continues at `first`, and at `second` if that fails. */
  | { readonly op: 'fork'; readonly first: number; readonly second: number; readonly slot: number }
  /** Continues at `to` after the first match of its body, and does not try other matches. */
  | { readonly op: 'atomic'; readonly to: number; readonly slot: number }
  /** Continues at `to` if its body matches `back` characters before the position, otherwise at `other`. */
  | {
      readonly op: 'look';
      readonly to: number;
      readonly other: number;
      readonly slot: number;
      readonly back: number;
    }
  | { readonly op: 'fail' }
  | { readonly op: 'end' };
