/** A value of an attribute. For example, big is a value of size. */
export interface Quality {
  readonly id: string;
  readonly attribute: string;
  /** Synonyms. The first is the common one. */
  readonly words: readonly string[];
}

const attributes: Readonly<Record<string, string>> = {
  colour: 'red blue green black white yellow',
  size: 'big=large small=little',
  age: 'old=ancient new=modern',
  price: 'cheap=inexpensive expensive=costly',
  weight: 'heavy=weighty light=lightweight',
  state: 'clean=spotless dirty=filthy',
};

/** Qualities of things. A thing has one quality of each attribute. */
export const qualities: readonly Quality[] = Object.entries(attributes).flatMap(([attribute, values]) =>
  values.split(' ').map((value) => {
    const words = value.split('=');
    return { id: words[0]!, attribute, words };
  }),
);

/** Returns the other qualities of the same attribute. */
export function rivalsOf(quality: Quality): readonly Quality[] {
  return qualities.filter((each) => each.attribute === quality.attribute && each !== quality);
}

/** A dimension in which two people differ. `more` and `less` are opposite comparatives. */
export interface Dimension {
  readonly id: string;
  readonly more: readonly string[];
  readonly less: readonly string[];
}

/** Comparatives of people. */
export const dimensions: readonly Dimension[] = [
  { id: 'age', more: ['older'], less: ['younger'] },
  { id: 'height', more: ['taller'], less: ['shorter'] },
  { id: 'speed', more: ['faster', 'quicker'], less: ['slower'] },
  { id: 'wealth', more: ['richer', 'wealthier'], less: ['poorer'] },
  { id: 'strength', more: ['stronger', 'tougher'], less: ['weaker'] },
  { id: 'wit', more: ['smarter', 'cleverer'], less: ['duller'] },
];
