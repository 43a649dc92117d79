import type { Draw } from './draw.ts';
import { clause, sentence } from './english.ts';
import type { Person } from './lexicon/people.ts';
import { type VerbForms, verbs } from './lexicon/verbs.ts';
import { type Region, World } from './world.ts';

/**
 * Returns a sentence of two clauses that is acceptable English or not. Mistakes concern word order or agreement, never
 * the presence of a word. Both clauses use the same kinds of words.
 */
export function acceptability(draw: Draw, region: Region, acceptable: boolean): string {
  for (;;) {
    const words = clauses(draw, region);
    const made = acceptable ? words : draw.weighted(mistakes)(draw, words);
    if (made) return sentence(made.join(' '));
  }
}

/** Returns two clauses as words. A comma belongs to the word before it. */
function clauses(draw: Draw, region: Region): string[] {
  const world = new World(draw, region);
  const about = (): string => clause(draw, draw.chance(0.65) ? world.action(0.4) : world.denial());
  const other = draw.chance(0.4) ? reflexive(draw, world.person()) : about();
  const [first, second] = draw.sample([about(), other], 2);
  return `${first}, ${draw.pick(['and', 'but', 'while'])} ${second}`.split(' ');
}

/** `Anna trusted herself`. */
export function reflexive(draw: Draw, person: Person): string {
  const forms = draw.pick(draw.pick(verbs.filter((each) => each.patient === 'person')).words);
  const self = person.female ? 'herself' : 'himself';
  return draw.chance(0.5)
    ? `${person.name} ${forms[1]} ${self}`
    : `${person.name} did not ${forms[0]} ${self}`;
}

/** Makes one mistake. Returns undefined if the sentence has no place for it. */
type Mistake = (draw: Draw, words: readonly string[]) => string[] | undefined;

const mistakes: readonly (readonly [number, Mistake])[] = [
  [4, wordOrder],
  [3, agreement],
  [3, verbForm],
  [2, wrongReflexive],
];

const leading = new Set(
  'the by in at on two three four five six seven eight nine did was were never'.split(' '),
);

/** Moves a function word behind the word that it belongs before: `car the`. */
function wordOrder(draw: Draw, words: readonly string[]): string[] | undefined {
  const at = place(draw, words, (word, i) => leading.has(word) && i + 1 < words.length);
  if (at === undefined) return undefined;
  const next = words[at + 1]!;
  const comma = next.endsWith(',') ? ',' : '';
  return words.toSpliced(at, 2, comma ? next.slice(0, -1) : next, words[at]! + comma);
}

/** `two cars was`. */
function agreement(draw: Draw, words: readonly string[]): string[] | undefined {
  // "It was Anna who …" is correct with any number.
  const at = place(
    draw,
    words,
    (word, i) => (word === 'was' || word === 'were') && words[i - 1]?.toLowerCase() !== 'it',
  );
  return at === undefined ? undefined : words.toSpliced(at, 1, words[at] === 'was' ? 'were' : 'was');
}

const formsOf: ReadonlyMap<string, VerbForms> = new Map(
  verbs.flatMap(({ words }) => words).flatMap((forms) => [...new Set(forms)].map((form) => [form, forms])),
);

/** `did not bought`, `was buy`, `Anna buy`. */
function verbForm(draw: Draw, words: readonly string[]): string[] | undefined {
  const at = place(draw, words, (word) => formsOf.has(word));
  if (at === undefined) return undefined;
  const [base, past] = formsOf.get(words[at]!)!;
  return words.toSpliced(at, 1, words[at] === base ? past : base);
}

/** `Anna trusted himself`. */
function wrongReflexive(draw: Draw, words: readonly string[]): string[] | undefined {
  const at = place(draw, words, (word) => /^(?:her|him)self,?$/.test(word));
  if (at === undefined) return undefined;
  const word = words[at]!;
  return words.toSpliced(
    at,
    1,
    word.startsWith('her') ? word.replace('her', 'him') : word.replace('him', 'her'),
  );
}

function place(
  draw: Draw,
  words: readonly string[],
  fits: (word: string, at: number) => boolean,
): number | undefined {
  const places = [...words.keys()].filter((i) => fits(words[i]!, i));
  return places.length === 0 ? undefined : draw.pick(places);
}
