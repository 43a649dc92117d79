import { cut, type Piece } from './piece.ts';

export const behaviors = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const;

/** How delimiters are treated when a text is split at them. */
export type Behavior = (typeof behaviors)[number];

/** A part of a text: a delimiter, or the text between two delimiters. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly isMatch: boolean;
}

/** Returns start and end of each match, in order, in one flat list. A match may be empty. */
export type Find = (text: string) => readonly number[];

/** Finds the matches of a global regular expression that never matches an empty text. */
export function findAll(pattern: RegExp): Find {
  return (text) => {
    const matches: number[] = [];
    for (const match of text.matchAll(pattern)) matches.push(match.index, match.index + match[0].length);
    return matches;
  };
}

/**
 * Splits a piece at the matches of a pattern (`NormalizedString::split` of `tokenizer/normalizer.rs`).
 *
 * @param invert whether the text between the matches is the delimiter
 */
export function split(piece: Piece, find: Find, behavior: Behavior, invert: boolean, out: Piece[]): void {
  const all = stretches(piece.text, find(piece.text), invert);
  for (const { start, end } of arrange(all, behavior)) if (end > start) out.push(cut(piece, start, end));
}

function stretches(text: string, matches: readonly number[], invert: boolean): Stretch[] {
  const result: Stretch[] = [];
  let position = 0;
  for (let i = 0; i < matches.length; i += 2) {
    const start = matches[i]!;
    const end = matches[i + 1]!;
    if (position !== start) result.push({ start: position, end: start, isMatch: invert });
    result.push({ start, end, isMatch: !invert });
    position = end;
  }
  if (position !== text.length) result.push({ start: position, end: text.length, isMatch: invert });
  return result;
}

function arrange(all: Stretch[], behavior: Behavior): readonly Stretch[] {
  switch (behavior) {
    case 'Isolated':
      return all;
    case 'Removed':
      return all.filter(({ isMatch }) => !isMatch);
    case 'Contiguous':
      return joined(all, (isMatch, previous) => isMatch === previous);
    case 'MergedWithPrevious':
      return joined(all, (isMatch, previous) => isMatch && !previous);
    case 'MergedWithNext':
      return joined(all.reverse(), (isMatch, previous) => isMatch && !previous).reverse();
  }
}

/** Joins each stretch to the previous one if the rule says so. There is no match before the first one. */
function joined(all: readonly Stretch[], joins: (isMatch: boolean, previous: boolean) => boolean): Stretch[] {
  const result: Stretch[] = [];
  let previous = false;
  for (const stretch of all) {
    const last = result.at(-1);
    if (last && joins(stretch.isMatch, previous)) {
      const [start, end] = [Math.min(last.start, stretch.start), Math.max(last.end, stretch.end)];
      result[result.length - 1] = { start, end, isMatch: stretch.isMatch };
    } else {
      result.push(stretch);
    }
    previous = stretch.isMatch;
  }
  return result;
}
