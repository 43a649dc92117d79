/** Base form, past tense and past participle. */
export type VerbForms = readonly [base: string, past: string, participle: string];

/** An action on a thing or a person. */
export interface Verb {
  readonly id: string;
  /** Synonyms. The first is the common one. */
  readonly words: readonly VerbForms[];
  readonly patient: 'thing' | 'artefact' | 'person';
  /** The verb that cannot also be true of the same agent and patient. */
  readonly opposite?: string;
}

/** Parses `base`, `base/past` or `base/past/participle`. Regular forms may be omitted. */
function forms(text: string): VerbForms {
  const [base, past, participle] = text.split('/') as [string, string?, string?];
  const regular = base.endsWith('e') ? `${base}d` : `${base}ed`;
  return [base, past ?? regular, participle ?? past ?? regular];
}

function verb(text: string, patient: Verb['patient'], opposite?: string): Verb {
  const words = text.split('=').map(forms);
  return { id: words[0]![0], words, patient, ...(opposite !== undefined && { opposite }) };
}

/** Returns both verbs of a pair of opposites. */
function opposites(one: string, other: string, patient: Verb['patient']): Verb[] {
  const id = (text: string): string => text.split(/[=/]/)[0]!;
  return [verb(one, patient, id(other)), verb(other, patient, id(one))];
}

export const verbs: readonly Verb[] = [
  ...opposites('buy/bought=purchase', 'sell/sold=auction', 'thing'),
  ...opposites('find/found=discover', 'lose/lost=misplace', 'thing'),
  ...opposites('hide/hid/hidden=conceal', 'show/showed/shown=display', 'thing'),
  ...opposites('push=shove', 'pull=drag/dragged', 'thing'),
  ...opposites('lift=raise', 'drop/dropped=lower', 'thing'),
  ...opposites('wash=rinse', 'stain=soil', 'thing'),
  ...opposites('keep/kept=retain', 'discard=abandon', 'thing'),
  verb('carry/carried=transport', 'thing'),
  verb('draw/drew/drawn=sketch', 'thing'),
  ...opposites('repair=mend', 'damage=wreck', 'artefact'),
  ...opposites('build/built=construct', 'destroy=demolish', 'artefact'),
  verb('paint=decorate', 'artefact'),
  ...opposites('help=assist', 'hinder=obstruct', 'person'),
  ...opposites('praise=compliment', 'blame=criticise', 'person'),
  ...opposites('greet=welcome', 'ignore=snub/snubbed', 'person'),
  ...opposites('hire=employ', 'dismiss=discharge', 'person'),
  ...opposites('meet/met=encounter', 'avoid=evade', 'person'),
  ...opposites('trust', 'doubt=distrust', 'person'),
  verb('teach/taught=instruct', 'person'),
  verb('follow=chase', 'person'),
];

const byId = new Map(verbs.map((each) => [each.id, each]));

/** Returns the opposite of a verb, if it has one. */
export function oppositeOf(each: Verb): Verb | undefined {
  return each.opposite === undefined ? undefined : byId.get(each.opposite);
}
