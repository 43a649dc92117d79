/** A value of an attribute, such as big, of the attribute size. */
export interface Quality {
  readonly id: string;
  readonly attribute: string;
  /** Synonyms; the first is the common one. */
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

/** Qualities of things; of one attribute a thing has one quality. */
export const qualities: readonly Quality[] = Object.entries(attributes).flatMap(([attribute, values]) =>
  values.split(' ').map((value) => {
    const words = value.split('=');
    return { id: words[0]!, attribute, words };
  }),
);

/** The other qualities of the same attribute. */
export function rivalsOf(quality: Quality): readonly Quality[] {
  return qualities.filter((each) => each.attribute === quality.attribute && each !== quality);
}

/** A way in which two people differ: `more` of one is `less` of the other. */
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
