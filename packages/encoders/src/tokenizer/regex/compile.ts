import { unsupported } from '../json.ts';
import { parseRegex } from './parse.ts';
import type { Step } from './program.ts';
import { Search } from './search.ts';
import { longest, type Node, shortest } from './syntax.ts';

/** Maximum number of steps. Time and memory grow with it. */
const LONGEST_PROGRAM = 500;

/** A compiled regular expression. */
export interface Regex {
  /** Returns start and end of each match, in order, as Oniguruma finds them. */
  find(text: string): readonly number[];
  readonly matchesEmpty: boolean;
}

/**
 * Compiles a regular expression in the dialect of the Rust library. The search takes linear time in the length of the
 * text for every expression. JavaScript's own engine can take exponential time, and it reads another dialect.
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
  /** Sets a fork at `at` between the next step and `other`. */
  const setFork = (at: number, slot: number, other: number, isLazy: boolean): void => {
    const [first, second] = isLazy ? [other, at + 1] : [at + 1, other];
    steps[at] = { op: 'fork', first, second, slot };
  };
  const addRepeat = ({ item, min, max, isLazy }: Node & { kind: 'repeat' }): void => {
    if (longest(item) === 0) {
      // Repeating an empty match has no effect.
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
    // In a lookbehind, alternatives may have different lengths. Each starts at its own distance.
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
