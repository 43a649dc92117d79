/** A place or time of an action. */
export interface Circumstance {
  readonly id: string;
  /** Circumstances of one family exclude each other. Those of different families do not. */
  readonly family: string;
  /** Phrases for it. The first is the common one. */
  readonly phrases: readonly string[];
}

const list = (family: string, preposition: string, words: string): Circumstance[] =>
  words.split(' ').map((word) => {
    const names = word.split('=');
    return { id: names[0]!, family, phrases: names.map((name) => `${preposition} ${name}`) };
  });

export const places: readonly Circumstance[] = [
  ...list(
    'place',
    'in the',
    'kitchen garden garage library market museum park hospital=clinic village theatre castle harbour=port',
  ),
  ...list('place', 'at the', 'school station office hotel=inn church bakery'),
];

export const times: readonly Circumstance[] = [
  ...list('day', 'on', 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'),
  ...list('month', 'in', 'January March April June July September October December'),
];

/** Numbers of things, as words and digits. */
export const counts: readonly (readonly [number, string])[] = [
  [2, 'two'],
  [3, 'three'],
  [4, 'four'],
  [5, 'five'],
  [6, 'six'],
  [7, 'seven'],
  [8, 'eight'],
  [9, 'nine'],
];
