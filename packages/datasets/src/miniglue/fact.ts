import type { Circumstance } from './lexicon/circumstances.ts';
import type { Noun } from './lexicon/nouns.ts';
import type { Person } from './lexicon/people.ts';
import type { Dimension, Quality } from './lexicon/qualities.ts';
import type { Verb } from './lexicon/verbs.ts';

// The facts of the generated world, and claims about them. A claim may be less specific than its fact.

/** One thing, or several of one kind: the red car, three apples. */
export interface Thing {
  readonly kind: 'thing';
  readonly noun: Noun;
  readonly quality?: Quality | undefined;
  /** Number of things. If 1 or undefined, the text reads "the car". */
  readonly count?: number | undefined;
}

/** A person did something. */
export interface Action {
  readonly kind: 'action';
  /** If undefined, the text says "someone" or uses a passive without agent. */
  readonly agent?: Person | undefined;
  readonly verb: Verb;
  readonly patient: Thing | Person;
  readonly place?: Circumstance | undefined;
  readonly time?: Circumstance | undefined;
  readonly negated: boolean;
}

/** A thing has a quality. */
export interface State {
  readonly kind: 'state';
  readonly noun: Noun;
  readonly quality: Quality;
  readonly negated: boolean;
}

/** One person exceeds another in some dimension. */
export interface Comparison {
  readonly kind: 'comparison';
  readonly dimension: Dimension;
  readonly more: Person;
  readonly less: Person;
  readonly negated: boolean;
}

/** All, some or no things of a kind have a quality. */
export interface Quantified {
  readonly kind: 'quantified';
  readonly quantifier: 'all' | 'some' | 'no';
  readonly noun: Noun;
  readonly quality: Quality;
}

export type Claim = Action | State | Comparison | Quantified;

/** Returns a key of what a fact is about. The key determines the region of the world, and so the split, of the fact. */
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
