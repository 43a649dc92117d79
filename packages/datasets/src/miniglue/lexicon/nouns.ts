/** A kind of thing: an apple, or more generally a fruit. */
export interface Noun {
  readonly id: string;
  /** Singular and plural of every synonym. The first is the common one. */
  readonly words: readonly (readonly [string, string])[];
  /** Whether it is made by people: it can be built, repaired and painted. */
  readonly artefact: boolean;
  /** The more general noun; undefined for general nouns. */
  readonly general?: Noun;
}

/** Parses `singular` or `singular/plural`. A missing plural is formed by rule. */
function inflected(text: string): readonly [string, string] {
  const [singular, plural] = text.split('/') as [string, string?];
  const regular =
    singular.replace(/[^aeiou]y$/, (end) => `${end[0]}ie`) + (/(?:s|x|ch|sh)$/.test(singular) ? 'es' : 's');
  return [singular, plural ?? regular];
}

/** Parses `apple` or, with synonyms, `car=automobile`. */
function noun(text: string, artefact: boolean, general?: Noun): Noun {
  const words = text.split('=').map(inflected);
  return { id: words[0]![0], words, artefact, ...(general && { general }) };
}

const families: readonly (readonly [general: string, artefact: boolean, members: string])[] = [
  ['fruit', false, 'apple pear plum peach lemon melon'],
  ['animal', false, 'dog=hound cat horse rabbit=bunny goat cow'],
  ['tool', true, 'hammer drill ladder spade=shovel axe wrench=spanner'],
  ['vehicle', true, 'car=automobile bicycle=bike van truck=lorry bus=coach boat=ship'],
  [
    'piece of furniture/pieces of furniture',
    true,
    'chair sofa=couch table shelf/shelves bed cupboard=closet',
  ],
  ['garment', true, 'coat jacket hat=cap scarf/scarves shirt dress=gown'],
  ['instrument', true, 'guitar piano violin=fiddle flute drum trumpet'],
  ['document', true, 'book letter=note map=chart poem newspaper diary=journal'],
  ['container', true, 'box=crate bag=sack bottle basket jar bucket=pail'],
  ['jewel', true, 'ring necklace bracelet crown brooch medal'],
];

/** The things of the world. A text never has two of one family, because "the vehicle" would be ambiguous. */
export const nouns: readonly Noun[] = families.flatMap(([general, artefact, members]) => {
  const family = noun(general, artefact);
  return members.split(' ').map((member) => noun(member, artefact, family));
});
