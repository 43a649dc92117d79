import { type Draw, hash } from './draw.ts';
import { type Action, type Claim, factKey, type Thing } from './fact.ts';
import { counts, places, times } from './lexicon/circumstances.ts';
import { type Noun, nouns } from './lexicon/nouns.ts';
import { type Person, people } from './lexicon/people.ts';
import { dimensions, qualities } from './lexicon/qualities.ts';
import { type Verb, verbs } from './lexicon/verbs.ts';

/** Tenths of all facts that each part of the data uses. No fact is in two parts. */
const regions = {
  train: [0, 1, 2, 3, 4],
  validation: [5],
  test: [6],
  text: [7, 8, 9],
} as const;

export type Region = keyof typeof regions;

/** Returns whether a fact belongs to a part of the data. */
export function belongs(key: string, region: Region): boolean {
  return (regions[region] as readonly number[]).includes(hash(key) % 10);
}

/** The people and things of one text, and facts of one region about them. */
export class World {
  readonly #draw: Draw;
  readonly #region: Region;
  /** People who have not been mentioned yet. */
  readonly #people: Person[];
  readonly #nouns: Noun[];

  constructor(draw: Draw, region: Region) {
    this.#draw = draw;
    this.#region = region;
    this.#people = draw.sample(people, 12);
    this.#nouns = draw.sample(nouns, nouns.length);
  }

  person(): Person {
    return this.#people.pop()!;
  }

  /** Draws a kind of thing of an unused family. */
  noun(fits: (noun: Noun) => boolean = () => true): Noun {
    const at = this.#nouns.findIndex(fits);
    const [noun] = this.#nouns.splice(at, 1) as [Noun];
    for (let i = this.#nouns.length - 1; i >= 0; i--)
      if (this.#nouns[i]!.general === noun.general) this.#nouns.splice(i, 1);
    return noun;
  }

  /** Draws an action. `detail` is the probability of stating each of place, time, quality and number. */
  action(detail = 0.6, fits: (verb: Verb) => boolean = () => true): Action {
    const draw = this.#draw;
    const agent = this.person();
    const options = verbs.filter(fits);
    for (;;) {
      const verb = draw.pick(options);
      const patient =
        verb.patient === 'person' ? this.#peek() : this.#thing(verb.patient === 'artefact', detail);
      const action: Action = {
        kind: 'action',
        agent,
        verb,
        patient,
        place: draw.chance(detail) ? draw.pick(places) : undefined,
        time: draw.chance(detail) ? draw.pick(times) : undefined,
        negated: false,
      };
      if (!belongs(factKey(action), this.#region)) continue;
      if (patient.kind === 'person') this.#people.pop();
      else this.noun((noun) => noun === patient.noun);
      return action;
    }
  }

  /**
   * Draws an action that did not happen. It has no circumstances, because the denial could seem to apply to them alone.
   */
  denial(): Action {
    const { place: _, time: __, patient, ...rest } = this.action(0);
    return { ...rest, patient, negated: true };
  }

  comparison(): Claim {
    return this.#own(() => {
      const [more, less] = this.#draw.sample(this.#people, 2) as [Person, Person];
      return { kind: 'comparison', dimension: this.#draw.pick(dimensions), more, less, negated: false };
    });
  }

  quantified(): Claim {
    const fact = this.#own(() => ({
      kind: 'quantified',
      quantifier: this.#draw.pick(['all', 'some', 'no'] as const),
      noun: this.#draw.pick(this.#nouns),
      quality: this.#draw.pick(qualities),
    }));
    if (fact.kind === 'quantified') this.noun((noun) => noun === fact.noun);
    return fact;
  }

  /** Draws until the fact belongs to the region. */
  #own(draw: () => Claim): Claim {
    for (;;) {
      const fact = draw();
      if (belongs(factKey(fact), this.#region)) return fact;
    }
  }

  #peek(): Person {
    // Another draw may need another person, because the region may have no fact about the person on top.
    const at = this.#draw.below(this.#people.length);
    const [person] = this.#people.splice(at, 1) as [Person];
    this.#people.push(person);
    return person;
  }

  #thing(artefact: boolean, detail: number): Thing {
    const draw = this.#draw;
    const noun = draw.pick(this.#nouns.filter((each) => each.artefact || !artefact));
    return {
      kind: 'thing',
      noun,
      quality: draw.chance(detail * 0.7) ? draw.pick(qualities) : undefined,
      count: draw.chance(detail * 0.4) ? draw.pick(counts)[0] : undefined,
    };
  }
}
