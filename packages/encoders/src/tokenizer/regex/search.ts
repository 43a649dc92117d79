import { CharacterSet } from './character-set.ts';
import { Memory } from './memory.ts';
import type { Step } from './program.ts';
import { isWordCharacter } from './properties.ts';
import type { Assertion } from './syntax.ts';

const NOWHERE = -1;
const word = new CharacterSet(isWordCharacter);

/** A recorded step on the current path, and the one before it. */
interface Visit {
  readonly slot: number;
  readonly position: number;
  readonly before: Visit | undefined;
}

/**
 * Searches for all matches in one text. It backtracks, but never tries a step twice at one position, because the first
 * outcome is recorded. So it takes linear time in the length of the text.
 */
export class Search {
  readonly #steps: readonly Step[];
  readonly #text: string;
  readonly #memory: Memory;

  constructor(steps: readonly Step[], slots: number, text: string, where: string) {
    this.#steps = steps;
    this.#text = text;
    this.#memory = new Memory(slots, text.length + 1, where);
  }

  /** Returns start and end of each match. An empty match at the end of the previous match is skipped. */
  all(): number[] {
    const matches: number[] = [];
    const { length } = this.#text;
    if (length === 0) return matches;
    let lastEnd = NOWHERE;
    for (let start = 0; start <= length; ) {
      this.#memory.drop(start);
      const end = this.#match(0, start);
      if (end === NOWHERE || (end === start && end === lastEnd)) {
        start += this.#characterLength(start);
        continue;
      }
      matches.push(start, end);
      lastEnd = end;
      start = end;
    }
    return matches;
  }

  /** Returns the end of the match that begins with a step. */
  #match(step: number, start: number): number {
    const memory = this.#memory;
    const pending: { readonly step: number; readonly position: number; readonly visit: Visit }[] = [];
    let pc = step;
    let position = start;
    let visit: Visit | undefined;
    for (;;) {
      const now = this.#steps[pc]!;
      let end = NOWHERE;
      let isOver = false;
      switch (now.op) {
        case 'set': {
          const code = this.#text.codePointAt(position);
          if (code === undefined || !now.set.has(code)) isOver = true;
          else {
            position += code > 0xffff ? 2 : 1;
            pc++;
          }
          break;
        }
        case 'jump':
          pc = now.to;
          break;
        case 'assert':
          if (this.#holds(now.what, position)) pc++;
          else isOver = true;
          break;
        case 'fork': {
          const known = memory.get(now.slot, position);
          if (known !== 0) {
            isOver = true;
            end = known < 0 ? NOWHERE : known - 1;
            break;
          }
          memory.set(now.slot, position, -1);
          visit = { slot: now.slot, position, before: visit };
          pending.push({ step: now.second, position, visit });
          pc = now.first;
          break;
        }
        case 'atomic': {
          const behind = this.#body(pc, now.slot, position);
          if (behind === NOWHERE) isOver = true;
          position = behind;
          pc = now.to;
          break;
        }
        case 'look': {
          const from = this.#back(position, now.back);
          pc = from !== NOWHERE && this.#body(pc, now.slot, from) !== NOWHERE ? now.to : now.other;
          break;
        }
        case 'fail':
          isOver = true;
          break;
        case 'end':
          isOver = true;
          end = position;
          break;
      }
      if (!isOver) continue;
      if (end !== NOWHERE) {
        for (let each = visit; each; each = each.before) memory.set(each.slot, each.position, end + 1);
        return end;
      }
      const next = pending.pop();
      if (!next) return NOWHERE;
      ({ step: pc, position, visit } = next);
    }
  }

  /** Returns the end of the match of the body of an `atomic` or a `look` at a position. */
  #body(pc: number, slot: number, position: number): number {
    const known = this.#memory.get(slot, position);
    if (known !== 0) return known < 0 ? NOWHERE : known - 1;
    const end = this.#match(pc + 1, position);
    this.#memory.set(slot, position, end === NOWHERE ? -1 : end + 1);
    return end;
  }

  #characterLength(position: number): number {
    return (this.#text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
  }

  /** Returns the position a number of characters before. */
  #back(position: number, characters: number): number {
    let at = position;
    for (let i = 0; i < characters; i++) {
      if (at === 0) return NOWHERE;
      at -= at > 1 && this.#characterLength(at - 2) === 2 ? 2 : 1;
    }
    return at;
  }

  #isWord(position: number): boolean {
    const code = position < 0 ? undefined : this.#text.codePointAt(position);
    return code !== undefined && word.has(code);
  }

  #holds(what: Assertion, position: number): boolean {
    const text = this.#text;
    const { length } = text;
    switch (what) {
      case 'textStart':
        return position === 0;
      case 'textEnd':
        return position === length;
      case 'lastLineEnd':
        return position === length || (position === length - 1 && text[position] === '\n');
      case 'lineStart':
        return position === 0 || (text[position - 1] === '\n' && position < length);
      case 'lineEnd':
        return position === length || text[position] === '\n';
      case 'wordBoundary':
        return this.#isWord(this.#back(position, 1)) !== this.#isWord(position);
      case 'noWordBoundary':
        return this.#isWord(this.#back(position, 1)) === this.#isWord(position);
    }
  }
}
