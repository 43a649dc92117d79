import type { Action, Claim, Comparison, Quantified, State, Thing } from './fact.ts';
import type { Circumstance } from './lexicon/circumstances.ts';
import type { Noun } from './lexicon/nouns.ts';
import type { Person } from './lexicon/people.ts';

/** Whether a text says that a claim is true, that it is false, or neither. */
export type Verdict = 'true' | 'false' | 'unknown';

/**
 * Returns whether a claim follows from facts. The rules of the world: an action on a thing or on another person happens
 * once, at one place and time, and excludes its opposite. Qualities of one attribute exclude each other. Anything not
 * stated is unknown, such as other actions on the same thing.
 */
export function judge(facts: readonly Claim[], claim: Claim): Verdict {
  const verdicts = facts.map((fact) => judgeOne(fact, claim));
  return verdicts.includes('true') ? 'true' : verdicts.includes('false') ? 'false' : 'unknown';
}

function judgeOne(fact: Claim, claim: Claim): Verdict {
  if (claim.kind === 'state') return judgeState(fact, claim);
  if (fact.kind === 'action' && claim.kind === 'action') return judgeAction(fact, claim);
  if (fact.kind === 'comparison' && claim.kind === 'comparison') return judgeComparison(fact, claim);
  if (fact.kind === 'quantified' && claim.kind === 'quantified') return judgeQuantified(fact, claim);
  return 'unknown';
}

const not = (verdict: Verdict): Verdict =>
  verdict === 'true' ? 'false' : verdict === 'false' ? 'true' : 'unknown';

const all = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('false') ? 'false' : verdicts.includes('unknown') ? 'unknown' : 'true';

function judgeAction(fact: Action, claim: Action): Verdict {
  if (claim.agent !== undefined && claim.agent !== fact.agent) return 'unknown';
  const same = samePatient(fact.patient, claim.patient);
  if (same === 'false') return 'unknown';
  const verb: Verdict =
    claim.verb === fact.verb ? 'true' : claim.verb.opposite === fact.verb.id ? 'false' : 'unknown';
  if (fact.negated) {
    // A claim at least as specific as a denied fact is false. Anything else is unknown.
    const more = all([same, verb]) === 'true' && claim.agent !== undefined;
    return more ? (claim.negated ? 'true' : 'false') : 'unknown';
  }
  const positive = all([
    same,
    verb,
    circumstance(fact.place, claim.place),
    circumstance(fact.time, claim.time),
    ...(fact.patient.kind === 'thing' && claim.patient.kind === 'thing'
      ? [details(fact.patient, claim.patient)]
      : []),
  ]);
  // A claim about another action, or about a more specific thing than was mentioned, is unknown.
  const verdict = same === 'unknown' || verb === 'unknown' ? 'unknown' : positive;
  return claim.negated ? not(verdict) : verdict;
}

/** Returns 'unknown' if the claim is about a more specific thing. */
function samePatient(fact: Thing | Person, claim: Thing | Person): Verdict {
  if (fact.kind === 'person' || claim.kind === 'person') return fact === claim ? 'true' : 'false';
  return sameNoun(fact.noun, claim.noun);
}

function sameNoun(fact: Noun, claim: Noun): Verdict {
  if (fact === claim || fact.general === claim) return 'true';
  return claim.general === fact ? 'unknown' : 'false';
}

function circumstance(fact: Circumstance | undefined, claim: Circumstance | undefined): Verdict {
  if (claim === undefined || claim === fact) return 'true';
  return fact === undefined || fact.family !== claim.family ? 'unknown' : 'false';
}

function details(fact: Thing, claim: Thing): Verdict {
  const count: Verdict =
    claim.count === undefined || claim.count === fact.count
      ? 'true'
      : fact.count === undefined
        ? 'unknown'
        : 'false';
  return all([count, claim.quality === undefined ? 'true' : quality(fact, claim.quality)]);
}

function quality(fact: Thing, claim: State['quality']): Verdict {
  if (fact.quality === claim) return 'true';
  return fact.quality?.attribute === claim.attribute ? 'false' : 'unknown';
}

function judgeState(fact: Claim, claim: State): Verdict {
  let verdict: Verdict = 'unknown';
  if (fact.kind === 'action' && fact.patient.kind === 'thing' && !fact.negated) {
    if (sameNoun(fact.patient.noun, claim.noun) === 'true') verdict = quality(fact.patient, claim.quality);
  } else if (fact.kind === 'state' && sameNoun(fact.noun, claim.noun) === 'true' && !fact.negated) {
    verdict = quality({ kind: 'thing', noun: fact.noun, quality: fact.quality }, claim.quality);
  }
  return claim.negated ? not(verdict) : verdict;
}

function judgeComparison(fact: Comparison, claim: Comparison): Verdict {
  if (fact.dimension !== claim.dimension) return 'unknown';
  const straight = fact.more === claim.more && fact.less === claim.less;
  const reversed = fact.more === claim.less && fact.less === claim.more;
  if (!straight && !reversed) return 'unknown';
  return straight === (fact.negated === claim.negated) ? 'true' : 'false';
}

function judgeQuantified(fact: Quantified, claim: Quantified): Verdict {
  if (sameNoun(fact.noun, claim.noun) !== 'true' || fact.quality.attribute !== claim.quality.attribute)
    return 'unknown';
  if (fact.quality === claim.quality) {
    if (fact.quantifier === 'some') {
      return claim.quantifier === 'some' ? 'true' : claim.quantifier === 'no' ? 'false' : 'unknown';
    }
    if (fact.quantifier === 'all') return claim.quantifier === 'no' ? 'false' : 'true';
    return claim.quantifier === 'no' ? 'true' : 'false';
  }
  // Rival qualities: if all things have one, none has another; if some have one, not all have another.
  if (fact.quantifier === 'all') return claim.quantifier === 'no' ? 'true' : 'false';
  if (fact.quantifier === 'some') return claim.quantifier === 'all' ? 'false' : 'unknown';
  return 'unknown';
}
