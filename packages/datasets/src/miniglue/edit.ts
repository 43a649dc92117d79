import type { Draw } from './draw.ts';
import type { Action, Claim } from './fact.ts';
import { counts, places, times } from './lexicon/circumstances.ts';
import { qualities, rivalsOf } from './lexicon/qualities.ts';
import { oppositeOf, verbs } from './lexicon/verbs.ts';

/**
 * Returns a claim about a text: one of its facts, slightly changed. Replacements preferably come from the other facts,
 * so that the words of the text do not separate true claims from false ones.
 */
export function randomClaim(draw: Draw, facts: readonly Claim[], most = 3): Claim {
  const fact = draw.pick(facts);
  const others = facts.filter((each) => each !== fact);
  if (fact.kind === 'action' && fact.patient.kind === 'thing' && fact.patient.quality && draw.chance(0.12)) {
    const { noun, quality } = fact.patient;
    return edited(draw, { kind: 'state', noun, quality, negated: false }, others, 1);
  }
  return edited(draw, fact, others, most);
}

/** Returns the claim after `0 … most` random changes. */
function edited(draw: Draw, fact: Claim, others: readonly Claim[], most: number): Claim {
  let claim = fact;
  const changes = draw.below(most + 1);
  for (let i = 0; i < changes; i++) claim = changed(draw, claim, others);
  return claim;
}

/** Returns the claim after one random change. Some changes leave some claims unchanged. */
export function changed(draw: Draw, claim: Claim, others: readonly Claim[]): Claim {
  switch (claim.kind) {
    case 'action':
      return changeAction(
        draw,
        claim,
        others.filter((each) => each.kind === 'action'),
      );
    case 'state':
      return draw.chance(0.5)
        ? { ...claim, negated: !claim.negated }
        : { ...claim, quality: draw.pick(rivalsOf(claim.quality)) };
    case 'comparison':
      return draw.weighted<() => Claim>([
        [2, () => ({ ...claim, more: claim.less, less: claim.more })],
        [2, () => ({ ...claim, negated: !claim.negated })],
        [1, () => exchangePerson(draw, claim, others)],
      ])();
    case 'quantified':
      return draw.weighted<() => Claim>([
        [3, () => ({ ...claim, quantifier: draw.pick(['all', 'some', 'no'] as const) })],
        [2, () => ({ ...claim, quality: draw.pick(rivalsOf(claim.quality)) })],
        [1, () => ({ ...claim, quality: draw.pick(qualities) })],
      ])();
  }
}

function exchangePerson(
  draw: Draw,
  claim: Extract<Claim, { kind: 'comparison' }>,
  others: readonly Claim[],
): Claim {
  const other = others.find((each) => each.kind === 'comparison');
  if (!other) return { ...claim, more: claim.less, less: claim.more };
  return draw.chance(0.5) ? { ...claim, more: other.more } : { ...claim, less: other.less };
}

type Change = (draw: Draw, claim: Action, other: Action | undefined) => Action;

function changeAction(draw: Draw, claim: Action, others: readonly Action[]): Action {
  return draw.weighted(actionChanges)(draw, claim, others.length > 0 ? draw.pick(others) : undefined);
}

const actionChanges: readonly (readonly [number, Change])[] = [
  [2, (draw, claim) => (draw.chance(0.5) ? { ...claim, place: undefined } : { ...claim, time: undefined })],
  [1, (_, claim) => withThing(claim, { quality: undefined, count: undefined })],
  [1, (_, claim) => generalised(claim)],
  [1, (_, claim) => (claim.negated ? claim : { ...claim, agent: undefined })],
  [2, (draw, claim, other) => ({ ...claim, place: preferring(draw, other?.place, places) })],
  [2, (draw, claim, other) => ({ ...claim, time: preferring(draw, other?.time, times) })],
  [2, (draw, claim) => ({ ...claim, verb: oppositeOf(claim.verb) ?? draw.pick(alike(claim)) })],
  [1, (draw, claim, other) => ({ ...claim, verb: fitting(claim, other) ?? draw.pick(alike(claim)) })],
  [2, (_, claim, other) => exchangeAgent(claim, other)],
  [1, (draw, claim) => changeThing(draw, claim)],
  [2, (_, claim) => (claim.agent === undefined ? claim : { ...claim, negated: !claim.negated })],
];

function preferring<T>(draw: Draw, given: T | undefined, list: readonly T[]): T {
  return given !== undefined && draw.chance(0.75) ? given : draw.pick(list);
}

function withThing(claim: Action, change: { quality?: undefined; count?: undefined }): Action {
  if (claim.patient.kind === 'person') return claim;
  return { ...claim, patient: { ...claim.patient, ...change } };
}

function generalised(claim: Action): Action {
  const { patient } = claim;
  if (patient.kind === 'person' || patient.noun.general === undefined) return claim;
  return { ...claim, patient: { ...patient, noun: patient.noun.general } };
}

/** Returns the verbs that could replace the action's verb. */
const alike = ({ verb }: Action): typeof verbs => verbs.filter((each) => each.patient === verb.patient);

function fitting(claim: Action, other: Action | undefined): Action['verb'] | undefined {
  return other?.verb.patient === claim.verb.patient ? other.verb : undefined;
}

/** Exchanges two people, or replaces the agent by another person. */
function exchangeAgent(claim: Action, other: Action | undefined): Action {
  if (claim.agent === undefined) return claim;
  if (claim.patient.kind === 'person') return { ...claim, agent: claim.patient, patient: claim.agent };
  return other?.agent === undefined ? claim : { ...claim, agent: other.agent };
}

function changeThing(draw: Draw, claim: Action): Action {
  const { patient } = claim;
  if (patient.kind === 'person') return claim;
  if (patient.count !== undefined && draw.chance(0.5))
    return { ...claim, patient: { ...patient, count: draw.pick(counts)[0] } };
  const { quality } = patient;
  return { ...claim, patient: { ...patient, quality: draw.pick(quality ? rivalsOf(quality) : qualities) } };
}
