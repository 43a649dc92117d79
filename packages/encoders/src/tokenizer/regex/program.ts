import type { CharacterSet } from './character-set.ts';
import type { Assertion } from './syntax.ts';

/**
 * One step of a program that matches a regular expression. `slot` numbers the steps whose outcome is remembered for each
 * position. What `atomic` and `look` match follows them and has an `end` of its own.
 */
export type Step =
  | { readonly op: 'set'; readonly set: CharacterSet }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'jump'; readonly to: number }
  /** Goes on at `first`, and if that leads nowhere at `second`. */
  | { readonly op: 'fork'; readonly first: number; readonly second: number; readonly slot: number }
  /** Goes on at `to` behind the first way in which its body matches, whatever comes of it. */
  | { readonly op: 'atomic'; readonly to: number; readonly slot: number }
  /** Goes on at `to` if its body matches `back` characters before here, else at `other`. */
  | {
      readonly op: 'look';
      readonly to: number;
      readonly other: number;
      readonly slot: number;
      readonly back: number;
    }
  | { readonly op: 'fail' }
  | { readonly op: 'end' };
