import { isId, isJson, type Json, malformed, unsupported } from './json.ts';

/** One step of laying out a sequence: ids of special tokens, or a text. */
export type Piece =
  | { readonly ids: readonly number[]; readonly typeId: number }
  | { readonly segment: 0 | 1; readonly typeId: number };

/** Where special tokens go around one text and around a pair. */
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
 * Reads the `post_processor` of a tokenizer.json. The texts are put together here and not by the tokenizer library,
 * which leaves out the second separator of a pair whose second text is empty.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function parsePostProcessor(config: unknown): SpecialTokens {
  if (config === null || config === undefined) return TEXTS;
  if (!isJson(config)) throw malformed('post_processor', 'an object');
  switch (config.type) {
    case 'ByteLevel': // concerns offsets only
      return TEXTS;
    case 'TemplateProcessing':
      return parseTemplates(config);
    case 'BertProcessing':
      return classAndSeparator(config, 1, 1);
    case 'RobertaProcessing':
      return classAndSeparator(config, 2, 0);
    case 'Sequence':
      return parseSequence(config);
    default:
      throw unsupported(
        'post_processor',
        config.type,
        'TemplateProcessing, BertProcessing or RobertaProcessing',
      );
  }
}

function parseSequence({ processors }: Json): SpecialTokens {
  if (!Array.isArray(processors)) throw malformed('post_processor', 'a sequence of steps');
  const parsed = processors.map(parsePostProcessor).filter((step) => step !== TEXTS);
  if (parsed.length <= 1) return parsed[0] ?? TEXTS;
  throw unsupported('post_processor', 'Sequence', 'a single one that adds special tokens');
}

/** `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, with one or two separators between the texts. */
function classAndSeparator({ cls, sep }: Json, separators: 1 | 2, secondType: number): SpecialTokens {
  const id = (entry: unknown, what: string): number => {
    if (Array.isArray(entry) && isId(entry[1])) return entry[1];
    throw malformed(`post_processor.${what}`, 'a token with its id');
  };
  const separator = id(sep, 'sep');
  const single: Piece[] = [
    { ids: [id(cls, 'cls')], typeId: 0 },
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

function parseTemplates(config: Json): SpecialTokens {
  const special = config.special_tokens;
  if (!isJson(special)) throw malformed('post_processor.special_tokens', 'an object');
  return {
    single: parseTemplate(config.single, 'single', special),
    pair: parseTemplate(config.pair, 'pair', special),
  };
}

function parseTemplate(pieces: unknown, what: string, special: Json): Piece[] {
  if (!Array.isArray(pieces)) throw malformed(`post_processor.${what}`, 'a list');
  return pieces.map((piece: unknown): Piece => {
    const { Sequence: sequence, SpecialToken: token } = isJson(piece) ? piece : {};
    const part = sequence ?? token;
    if (isJson(part) && isId(part.type_id)) {
      const { id, type_id: typeId } = part;
      if (part === sequence && (id === 'A' || id === 'B')) return { segment: id === 'A' ? 0 : 1, typeId };
      const entry =
        part === token && typeof id === 'string' && Object.hasOwn(special, id) ? special[id] : undefined;
      if (isJson(entry) && Array.isArray(entry.ids) && entry.ids.every(isId))
        return { ids: entry.ids, typeId };
    }
    throw malformed(`post_processor.${what}`, 'a list of texts A and B and of listed special tokens');
  });
}
