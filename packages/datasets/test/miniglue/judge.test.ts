import { describe, expect, it } from 'vitest';
import type { Action, Claim, Quantified } from '../../src/miniglue/fact.ts';
import { judge, type Verdict } from '../../src/miniglue/judge.ts';
import { places, times } from '../../src/miniglue/lexicon/circumstances.ts';
import { nouns } from '../../src/miniglue/lexicon/nouns.ts';
import { people } from '../../src/miniglue/lexicon/people.ts';
import { dimensions, qualities } from '../../src/miniglue/lexicon/qualities.ts';
import { verbs } from '../../src/miniglue/lexicon/verbs.ts';

const named = (name: string) => people.find((each) => each.name === name)!;
const byId = <T extends { readonly id: string }>(list: readonly T[], id: string): T =>
  list.find((each) => each.id === id)!;
const [anna, ben] = [named('Anna'), named('Ben')];
const verb = (id: string) => byId(verbs, id);
const [market, park] = [byId(places, 'market'), byId(places, 'park')];
const [monday, friday, june] = [byId(times, 'Monday'), byId(times, 'Friday'), byId(times, 'June')];
const car = byId(nouns, 'car');
const [red, blue, big] = [byId(qualities, 'red'), byId(qualities, 'blue'), byId(qualities, 'big')];

/** Anna bought the red car in the market on Monday. */
const bought: Action = {
  kind: 'action',
  agent: anna,
  verb: verb('buy'),
  patient: { kind: 'thing', noun: car, quality: red },
  place: market,
  time: monday,
  negated: false,
};
const thing = (change: object) =>
  ({ kind: 'thing', noun: car, quality: red, ...change }) as Action['patient'];

describe('judge', () => {
  const actions: [string, Partial<Action>, Verdict][] = [
    ['itself', {}, 'true'],
    ['less: no place', { place: undefined }, 'true'],
    ['less: someone', { agent: undefined }, 'true'],
    ['more general: the vehicle', { patient: thing({ noun: car.general }) }, 'true'],
    ['another place', { place: park }, 'false'],
    ['another day', { time: friday }, 'false'],
    ['a month, which the text does not tell', { time: june }, 'unknown'],
    ['the opposite', { verb: verb('sell') }, 'false'],
    ['something else', { verb: verb('carry') }, 'unknown'],
    ['something else on another day', { verb: verb('carry'), time: friday }, 'unknown'],
    ['somebody else', { agent: ben }, 'unknown'],
    ['another color', { patient: thing({ quality: blue }) }, 'false'],
    ['a size, which the text does not tell', { patient: thing({ quality: big }) }, 'unknown'],
    ['a number, which the text does not tell', { patient: thing({ count: 3 }) }, 'unknown'],
  ];
  it.each(actions)('of an action: %s', (_, change, verdict) => {
    const claim = { ...bought, ...change };
    expect(judge([bought], claim)).toBe(verdict);
    const turned = { true: 'false', false: 'true', unknown: 'unknown' } as const;
    expect(judge([bought], { ...claim, negated: true })).toBe(turned[verdict]);
  });

  it('knows nothing of the special where the general was told', () => {
    const told = { ...bought, patient: thing({ noun: car.general }) };
    expect(judge([told], bought)).toBe('unknown');
    expect(judge([told], { ...bought, negated: true, place: park })).toBe('unknown');
  });

  it('takes a denial to deny whatever claims more, and to say nothing of less', () => {
    const denied: Action = { ...bought, place: undefined, time: undefined, negated: true };
    expect(judge([denied], bought)).toBe('false');
    expect(judge([denied], { ...bought, negated: true })).toBe('true');
    expect(judge([denied], { ...bought, agent: undefined })).toBe('unknown');
    expect(judge([denied], { ...bought, verb: verb('sell') })).toBe('unknown');
  });

  it('tells who did it from whom it was done to', () => {
    const helped: Action = { kind: 'action', agent: anna, verb: verb('help'), patient: ben, negated: false };
    expect(judge([helped], helped)).toBe('true');
    expect(judge([helped], { ...helped, agent: ben, patient: anna })).toBe('unknown');
  });

  it('knows the state of what was acted on', () => {
    const state = { kind: 'state', noun: car, quality: red, negated: false } as const;
    expect(judge([bought], state)).toBe('true');
    expect(judge([bought], { ...state, quality: blue })).toBe('false');
    expect(judge([bought], { ...state, quality: blue, negated: true })).toBe('true');
    expect(judge([bought], { ...state, quality: big })).toBe('unknown');
    expect(judge([{ ...bought, negated: true }], state)).toBe('unknown');
  });

  it('reads a comparison from both sides', () => {
    const older = {
      kind: 'comparison',
      dimension: dimensions[0]!,
      more: anna,
      less: ben,
      negated: false,
    } as const;
    expect(judge([older], older)).toBe('true');
    expect(judge([older], { ...older, more: ben, less: anna })).toBe('false');
    expect(judge([older], { ...older, more: ben, less: anna, negated: true })).toBe('true');
    expect(judge([older], { ...older, dimension: dimensions[1]! })).toBe('unknown');
  });

  const quantified: [Quantified['quantifier'], Quantified['quantifier'], Verdict, Verdict][] = [
    // text, claim, verdict for the same quality, verdict for its rival
    ['all', 'all', 'true', 'false'],
    ['all', 'some', 'true', 'false'],
    ['all', 'no', 'false', 'true'],
    ['some', 'all', 'unknown', 'false'],
    ['some', 'some', 'true', 'unknown'],
    ['some', 'no', 'false', 'unknown'],
    ['no', 'all', 'false', 'unknown'],
    ['no', 'some', 'false', 'unknown'],
    ['no', 'no', 'true', 'unknown'],
  ];
  it.each(quantified)('of %s cars, that %s are', (told, claimed, same, rival) => {
    const fact: Claim = { kind: 'quantified', quantifier: told, noun: car, quality: red };
    expect(judge([fact], { ...fact, quantifier: claimed })).toBe(same);
    expect(judge([fact], { ...fact, quantifier: claimed, quality: blue })).toBe(rival);
    expect(judge([fact], { ...fact, quantifier: claimed, quality: big })).toBe('unknown');
  });

  it('needs one fact that decides, whatever the others say', () => {
    const other = { ...bought, agent: ben, patient: { kind: 'thing', noun: nouns[0]! } } as Action;
    expect(judge([other, bought], bought)).toBe('true');
    expect(judge([other], bought)).toBe('unknown');
    expect(judge([], bought)).toBe('unknown');
  });
});
