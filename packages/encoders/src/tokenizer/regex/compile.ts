import { unsupported } from '../json.ts';
import { parseRegex } from './parse.ts';
import type { Step } from './program.ts';
import { Search } from './search.ts';
import { longest, type Node, shortest } from './syntax.ts';

/** Steps at most: what a text can take grows with them. */
const LONGEST_PROGRAM = 500;

/** A regular expression that is ready to search. */
export interface Regex {
  /** Start and end of each match, one after the other, as Oniguruma finds them. */
  find(text: string): readonly number[];
  readonly matchesEmpty: boolean;
}

/**
 * Compiles a regular expression in the dialect of the Rust library. Whatever the expression, the time that a search
 * takes grows with the length of the text and not faster. JavaScript's own engine can take for ever, and reads another
 * dialect.
 *
 * @throws TokenizerError `unsupported`
 */
export function compileRegex(pattern: string, where: string): Regex {
  const tree = parseRegex(pattern, where);
  const steps: Step[] = [];
  let slots = 0;
  const push = (step: Step): number => {
    if (steps.length >= LONGEST_PROGRAM) throw unsupported(`the pattern in ${where}`, 'it is too long');
    return steps.push(step) - 1;
  };

  const add = (node: Node): void => {
    switch (node.kind) {
      case 'set':
        push({ op: 'set', set: node.set });
        return;
      case 'assert':
        push({ op: 'assert', what: node.what });
        return;
      case 'sequence':
        for (const item of node.items) add(item);
        return;
      case 'choice':
        addChoice(node.items);
        return;
      case 'repeat':
        addRepeat(node);
        return;
      case 'atomic': {
        const at = push({ op: 'atomic', to: 0, slot: slots++ });
        add(node.item);
        push({ op: 'end' });
        steps[at] = { ...(steps[at] as Step & { op: 'atomic' }), to: steps.length };
        return;
      }
      case 'look':
        addLook(node);
        return;
    }
  };
  const addChoice = (items: readonly Node[]): void => {
    const ends: number[] = [];
    for (const [i, item] of items.entries()) {
      if (i === items.length - 1) {
        add(item);
        break;
      }
      const slot = slots++;
      const fork = push({ op: 'fork', first: 0, second: 0, slot });
      add(item);
      ends.push(push({ op: 'jump', to: 0 }));
      steps[fork] = { op: 'fork', first: fork + 1, second: steps.length, slot };
    }
    for (const end of ends) steps[end] = { op: 'jump', to: steps.length };
  };
  /** A fork at `at` between what follows it and `other`. */
  const setFork = (at: number, slot: number, other: number, isLazy: boolean): void => {
    const [first, second] = isLazy ? [other, at + 1] : [at + 1, other];
    steps[at] = { op: 'fork', first, second, slot };
  };
  const addRepeat = ({ item, min, max, isLazy }: Node & { kind: 'repeat' }): void => {
    if (longest(item) === 0) {
      // What has no length is the same once and many times.
      if (min > 0) add(item);
      return;
    }
    for (let i = 0; i < min; i++) add(item);
    if (max === Number.POSITIVE_INFINITY) {
      const slot = slots++;
      const fork = push({ op: 'fork', first: 0, second: 0, slot });
      add(item);
      push({ op: 'jump', to: fork });
      setFork(fork, slot, steps.length, isLazy);
      return;
    }
    const forks: (readonly [at: number, slot: number])[] = [];
    for (let i = min; i < max; i++) {
      const slot = slots++;
      forks.push([push({ op: 'fork', first: 0, second: 0, slot }), slot]);
      add(item);
    }
    for (const [at, slot] of forks) setFork(at, slot, steps.length, isLazy);
  };
  const addLook = ({ item, isAhead, isNegative }: Node & { kind: 'look' }): void => {
    // Looking back, alternatives may have different lengths: each begins as far back as it is long.
    const alternatives = !isAhead && item.kind === 'choice' ? item.items : [item];
    const looks = alternatives.map((alternative) => {
      const back = isAhead ? 0 : longest(alternative);
      const at = push({ op: 'look', to: 0, other: 0, slot: slots++, back });
      add(alternative);
      push({ op: 'end' });
      return { at, next: steps.length };
    });
    const fail = push({ op: 'fail' });
    const after = steps.length;
    for (const { at, next } of looks) {
      const [found, missed] = isNegative ? [fail, next === fail ? after : next] : [after, next];
      steps[at] = { ...(steps[at] as Step & { op: 'look' }), to: found, other: missed };
    }
  };

  add(tree);
  push({ op: 'end' });
  return {
    find: (text) => new Search(steps, slots, text, where).all(),
    matchesEmpty: shortest(tree) === 0,
  };
}
