import type { Draw } from './draw.ts';
import type { Action, Claim, Comparison, Quantified, State, Thing } from './fact.ts';
import { type Circumstance, counts } from './lexicon/circumstances.ts';
import type { Noun } from './lexicon/nouns.ts';
import type { Person } from './lexicon/people.ts';

// Claims in English. Words are chosen at random: the same claim has many sentences, and each states exactly the claim.

/** Chooses a word. Common words are chosen more often than their synonyms. */
export function word<T>(draw: Draw, words: readonly T[]): T {
  return words.length === 1 || draw.chance(0.6) ? words[0]! : words[1 + draw.below(words.length - 1)]!;
}

export const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
export const sentence = (text: string): string => `${capital(text)}.`;

/** Returns a text with a sentence for each claim. */
export function text(draw: Draw, claims: readonly Claim[]): string {
  const clauses = claims.map((claim) => clause(draw, claim));
  if (clauses.length === 2 && draw.chance(0.3))
    return sentence(`${clauses[0]}${draw.pick([', and', ' while', ', but'])} ${clauses[1]}`);
  return clauses.map(sentence).join(' ');
}

/** Returns a claim without initial capital and full stop. */
export function clause(draw: Draw, claim: Claim): string {
  switch (claim.kind) {
    case 'action':
      return action(draw, claim);
    case 'state':
      return state(draw, claim);
    case 'comparison':
      return comparison(draw, claim);
    case 'quantified':
      return quantified(draw, claim);
  }
}

/** Returns `[text, whether it is plural]`. */
export function nounPhrase(draw: Draw, thing: Thing | Person): readonly [string, boolean] {
  if (thing.kind === 'person') return [thing.name, false];
  const { noun, quality, count } = thing;
  const several = count !== undefined && count > 1;
  const adjective = quality === undefined ? '' : `${word(draw, quality.words)} `;
  const name = nounWord(draw, noun, several);
  return [`${several ? number(draw, count) : 'the'} ${adjective}${name}`, several];
}

export function nounWord(draw: Draw, noun: Noun, plural: boolean): string {
  return word(draw, noun.words)[plural ? 1 : 0];
}

function number(draw: Draw, count: number): string {
  const [, name] = counts.find(([value]) => value === count)!;
  return draw.chance(0.75) ? name : String(count);
}

export function circumstances(draw: Draw, given: readonly (Circumstance | undefined)[]): string[] {
  const told = given.filter((each) => each !== undefined);
  return draw.sample(told, told.length).map(({ phrases }) => word(draw, phrases));
}

function action(draw: Draw, claim: Action): string {
  const { agent, patient, place, time, negated } = claim;
  const verb = word(draw, claim.verb.words);
  const details = circumstances(draw, [place, time]);
  const who = agent?.name ?? draw.pick(['someone', 'somebody']);
  const passive = draw.chance(agent === undefined ? 0.7 : 0.3);
  const [what, plural] = nounPhrase(draw, patient);
  let core: string;
  if (passive) core = `${what} ${be(plural, negated)} ${verb[2]}${agent === undefined ? '' : ` by ${who}`}`;
  else if (negated)
    core = draw.chance(0.7) ? `${who} did not ${verb[0]} ${what}` : `${who} never ${verb[1]} ${what}`;
  else
    core =
      draw.chance(0.15) && agent !== undefined
        ? `it was ${who} who ${verb[1]} ${what}`
        : `${who} ${verb[1]} ${what}`;
  if (details.length > 0 && draw.chance(0.25)) return `${details.shift()}, ${[core, ...details].join(' ')}`;
  return [core, ...details].join(' ');
}

const be = (plural: boolean, negated: boolean): string =>
  `${plural ? 'were' : 'was'}${negated ? ' not' : ''}`;

function state(draw: Draw, { noun, quality, negated }: State): string {
  const name = nounWord(draw, noun, false);
  const adjective = word(draw, quality.words);
  return draw.chance(0.8)
    ? `the ${name} ${be(false, negated)} ${adjective}`
    : `the ${quality.attribute} of the ${name} ${be(false, negated)} ${adjective}`;
}

function comparison(draw: Draw, { dimension, more, less, negated }: Comparison): string {
  const is = negated ? 'is not' : 'is';
  return draw.chance(0.5)
    ? `${more.name} ${is} ${word(draw, dimension.more)} than ${less.name}`
    : `${less.name} ${is} ${word(draw, dimension.less)} than ${more.name}`;
}

function quantified(draw: Draw, { quantifier, noun, quality }: Quantified): string {
  const names = nounWord(draw, noun, true);
  const name = nounWord(draw, noun, false);
  const adjective = word(draw, quality.words);
  switch (quantifier) {
    case 'all':
      return draw.pick([`all the ${names} were ${adjective}`, `every ${name} was ${adjective}`]);
    case 'some':
      return draw.pick([`some of the ${names} were ${adjective}`, `some ${names} were ${adjective}`]);
    case 'no':
      return draw.pick([`none of the ${names} were ${adjective}`, `no ${name} was ${adjective}`]);
  }
}
