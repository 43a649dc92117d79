import type { Circumstance } from './lexicon/circumstances.ts';
import type { Noun } from './lexicon/nouns.ts';
import type { Person } from './lexicon/people.ts';
import type { Dimension, Quality } from './lexicon/qualities.ts';
import type { Verb } from './lexicon/verbs.ts';

// What the world is made of, and what texts claim about it. A claim may say less than the fact it is about.

/** One thing or several of a kind: the red car, three apples. */
export interface Thing {
  readonly kind: 'thing';
  readonly noun: Noun;
  readonly quality?: Quality | undefined;
  /** 1, or absent where the text does not say, reads "the car". */
  readonly count?: number | undefined;
}

/** Somebody did something. */
export interface Action {
  readonly kind: 'action';
  /** Absent: "someone", or a passive without agent. */
  readonly agent?: Person | undefined;
  readonly verb: Verb;
  readonly patient: Thing | Person;
  readonly place?: Circumstance | undefined;
  readonly time?: Circumstance | undefined;
  readonly negated: boolean;
}

/** A thing is somehow. */
export interface State {
  readonly kind: 'state';
  readonly noun: Noun;
  readonly quality: Quality;
  readonly negated: boolean;
}

/** One person is more than another. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly dimension: Dimension;
  readonly more: Person;
  readonly less: Person;
  readonly negated: boolean;
}

/** All, some or no things of a kind are somehow. */
export interface Quantified {
  readonly kind: 'quantified';
  readonly quantifier: 'all' | 'some' | 'no';
  readonly noun: Noun;
  readonly quality: Quality;
}

export type Claim = Action | State | Comparison | Quantified;

/** A name for what a fact is about, which decides the part of the world, and so the split, that it belongs to. */
export function factKey(claim: Claim): string {
  switch (claim.kind) {
    case 'action': {
      const { agent, verb, patient } = claim;
      return `${agent?.name} ${verb.id} ${patient.kind === 'person' ? patient.name : patient.noun.id}`;
    }
    case 'state':
      return `${claim.noun.id} ${claim.quality.id}`;
    case 'comparison':
      return `${claim.more.name} ${claim.dimension.id} ${claim.less.name}`;
    case 'quantified':
      return `${claim.quantifier} ${claim.noun.id} ${claim.quality.id}`;
  }
}
