import { isObject } from '@scalearn/core/files';
import { Fields, readSequence } from './fields.ts';
import { isId, malformed, shown, unsupported } from './json.ts';

/** One element of the layout of a sequence: ids of special tokens, or a text. */
export type Piece =
  | { readonly ids: readonly number[]; readonly typeId: number }
  | { readonly segment: 0 | 1; readonly typeId: number };

/** The layout of special tokens around one text and around a pair. */
export interface SpecialTokens {
  readonly single: readonly Piece[];
  readonly pair: readonly Piece[];
}

const TEXTS: SpecialTokens = {
  single: [{ segment: 0, typeId: 0 }],
  pair: [
    { segment: 0, typeId: 0 },
    { segment: 1, typeId: 1 },
  ],
};

/**
 * Reads the `post_processor` of a tokenizer.json.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function readPostProcessor(config: unknown, where = 'post_processor', depth = 0): SpecialTokens {
  if (config === null || config === undefined) return TEXTS;
  const fields = new Fields(config, where);
  const special = read(fields, depth);
  fields.close();
  return special;
}

function read(fields: Fields, depth: number): SpecialTokens {
  switch (fields.type) {
    case 'ByteLevel': // concerns offsets only
      fields.skip('add_prefix_space', 'trim_offsets', 'use_regex');
      return TEXTS;
    case 'TemplateProcessing':
      return templates(fields);
    case 'BertProcessing':
      return classAndSeparator(fields, 1, 1);
    case 'RobertaProcessing':
      fields.skip('add_prefix_space', 'trim_offsets');
      return classAndSeparator(fields, 2, 0);
    case 'Sequence': {
      const steps = readSequence(fields, 'processors', depth, readPostProcessor);
      const adding = steps.filter((step) => step !== TEXTS);
      if (adding.length <= 1) return adding[0] ?? TEXTS;
      throw unsupported(`a Sequence in ${fields.where}`, 'more than one of its steps adds special tokens');
    }
    default:
      throw unsupported(`the post_processor ${shown(fields.type)}`, 'no such kind is known');
  }
}

/** Returns `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, with one or two separators between the texts. */
function classAndSeparator(fields: Fields, separators: 1 | 2, secondType: number): SpecialTokens {
  const id = (name: string): number => {
    const entry = fields.raw(name);
    if (Array.isArray(entry) && isId(entry[1])) return entry[1];
    throw malformed(`${fields.where}.${name}`, 'a token with its id');
  };
  const separator = id('sep');
  const single: Piece[] = [
    { ids: [id('cls')], typeId: 0 },
    { segment: 0, typeId: 0 },
    { ids: [separator], typeId: 0 },
  ];
  const second: Piece[] = [
    { segment: 1, typeId: secondType },
    { ids: [separator], typeId: secondType },
  ];
  return {
    single,
    pair: [...single, ...(separators === 2 ? [{ ids: [separator], typeId: 0 }] : []), ...second],
  };
}

function templates(fields: Fields): SpecialTokens {
  const special = fields.raw('special_tokens');
  if (!isObject(special)) throw malformed(`${fields.where}.special_tokens`, 'an object');
  const idsOf = (id: unknown): readonly number[] | undefined => {
    const entry = typeof id === 'string' && Object.hasOwn(special, id) ? special[id] : undefined;
    return isObject(entry) && Array.isArray(entry.ids) && entry.ids.every(isId) ? entry.ids : undefined;
  };
  const template = (name: string, texts: readonly unknown[]): Piece[] =>
    fields.list(name).map((piece: unknown): Piece => {
      const [[kind, part] = [], ...others] = isObject(piece) ? Object.entries(piece) : [];
      if (isObject(part) && isId(part.type_id) && others.length === 0) {
        const { id, type_id: typeId } = part;
        if (kind === 'Sequence' && texts.includes(id)) return { segment: id === 'A' ? 0 : 1, typeId };
        const ids = kind === 'SpecialToken' ? idsOf(id) : undefined;
        if (ids) return { ids, typeId };
      }
      throw malformed(`${fields.where}.${name}`, 'a list of texts A and B and of listed special tokens');
    });
  return { single: template('single', ['A']), pair: template('pair', ['A', 'B']) };
}
