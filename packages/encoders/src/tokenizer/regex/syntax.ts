import type { CharacterSet } from './character-set.ts';

/** A condition on the characters around a position. */
export type Assertion =
  | 'lineStart'
  | 'lineEnd'
  | 'textStart'
  | 'textEnd'
  | 'lastLineEnd'
  | 'wordBoundary'
  | 'noWordBoundary';

/** A regular expression as a tree. */
export type Node =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      readonly max: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: 'atomic'; readonly item: Node }
  | { readonly kind: 'look'; readonly isAhead: boolean; readonly isNegative: boolean; readonly item: Node };

/** Returns the minimum number of characters that a node matches. */
export function shortest(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + shortest(item), 0);
    case 'choice':
      return node.items.reduce((least, item) => Math.min(least, shortest(item)), Number.POSITIVE_INFINITY);
    case 'repeat':
      return node.min === 0 ? 0 : node.min * shortest(node.item);
    case 'atomic':
      return shortest(node.item);
    default:
      return 0;
  }
}

/** Returns the maximum number of characters that a node matches. */
export function longest(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + longest(item), 0);
    case 'choice':
      return node.items.reduce((most, item) => Math.max(most, longest(item)), 0);
    case 'repeat':
      return node.max === 0 ? 0 : node.max * longest(node.item);
    case 'atomic':
      return longest(node.item);
    default:
      return 0;
  }
}
