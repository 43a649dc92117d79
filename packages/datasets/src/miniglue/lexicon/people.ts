/** A person of the world. */
export interface Person {
  readonly kind: 'person';
  readonly name: string;
  /** Selects the reflexive pronoun: herself or himself. */
  readonly female: boolean;
}

const women =
  'Ada Alice Amy Anna Clara Daisy Diana Ella Emma Eva Fiona Grace Hanna Helen Ida Irene Jane Julia Kate Laura Lily Lucy Maria Nina Olga Paula Rosa Ruth Sarah Vera';
const men =
  'Adam Alan Ben Carl Daniel David Eric Felix Frank George Henry Hugo Ivan Jack James Karl Leo Lewis Mark Martin Max Noah Oscar Paul Peter Ralph Simon Thomas Victor Walter';

const named = (names: string, female: boolean): Person[] =>
  names.split(' ').map((name) => ({ kind: 'person', name, female }));

export const people: readonly Person[] = [...named(women, true), ...named(men, false)];
