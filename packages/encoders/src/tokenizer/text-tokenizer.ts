import { readAddedTokens, type Section } from './added-tokens.ts';
import { firstCharacterLength, wellFormed } from './characters.ts';
import { Fields } from './fields.ts';
import { type Json, shown, unsupported } from './json.ts';
import { readModel } from './models/read-model.ts';
import { readNormalizer } from './normalizers/read-normalizer.ts';
import type { Piece } from './pre-tokenizers/piece.ts';
import { readPreTokenizer } from './pre-tokenizers/read-pre-tokenizer.ts';
import { readPostProcessor, type SpecialTokens } from './special-tokens.ts';

/** A tokenizer for one text, without special tokens around it. */
export interface TextTokenizer {
  encode(text: string): number[];
  idOf(token: string): number | undefined;
  /** All ids are below this number. */
  readonly vocabularySize: number;
  /** The special tokens around texts. */
  readonly special: SpecialTokens;
}

/**
 * Builds the tokenizer that a tokenizer.json describes. A text goes through five steps, as in the Rust library
 * `tokenizers`: finding added tokens in the original text, normalizing the rest, finding added tokens in the normalized
 * text, splitting the rest into pieces, and encoding every piece with the model. Unknown options are refused by name.
 *
 * Stored settings of truncation and padding are ignored. They record the last call, and are not properties of the
 * tokenizer.
 *
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function buildTextTokenizer(json: unknown): TextTokenizer {
  const fields = new Fields(json, 'the top level').skip('truncation', 'padding', 'decoder');
  const version = fields.raw('version') ?? '1.0';
  if (version !== '1.0') throw unsupported(`the version ${shown(version)}`, 'known is 1.0');
  const model = readModel(fields.raw('model'));
  const normalizer = readNormalizer(fields.raw('normalizer'));
  const { preTokenize, usesLead } = readPreTokenizer(fields.raw('pre_tokenizer'));
  const added = readAddedTokens(fields.raw('added_tokens'), normalizer, model.idOf, model.size);
  const special = readPostProcessor(fields.raw('post_processor'));
  fields.close();

  const encodePiece = (piece: Piece, ids: number[]): void => {
    const words: Piece[] = [];
    if (piece.text !== '') preTokenize(piece, words);
    for (const { text } of words) model.encode(text, ids);
  };
  const encodeText = (text: string, lead: number, ids: number[]): void => {
    const normalized = normalizer.normalize(text);
    const newLead = lead === 0 ? 0 : normalizer.lead(text, lead);
    for (const section of added.splitNormalized(normalized)) {
      if (section.id === undefined) encodePiece(part(normalized, newLead, section), ids);
      else ids.push(section.id);
    }
  };
  return {
    encode: (raw) => {
      const text = wellFormed(raw);
      const ids: number[] = [];
      for (const section of added.splitRaw(text)) {
        if (section.id !== undefined) ids.push(section.id);
        else if (section.start > 0) encodeText(text.slice(section.start, section.end), 0, ids);
        else encodeText(text.slice(0, section.end), usesLead ? firstCharacterLength(text) : 0, ids);
      }
      return ids;
    },
    idOf: (token) => added.ids.get(token) ?? model.idOf(token),
    vocabularySize: [...added.ids.values()].reduce((size, id) => Math.max(size, id + 1), model.limit),
    special,
  };
}

/**
 * Returns the function that splits a text into words as a `tokenizer.json` says: its normalizer, then its
 * pre-tokenizer. Vocabularies are trained on these words. Added tokens are not recognized.
 *
 * @param json the object of the `tokenizer.json`
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function readWordSplitter(json: Json): (text: string) => string[] {
  const { normalize } = readNormalizer(json.normalizer);
  const { preTokenize } = readPreTokenizer(json.pre_tokenizer);
  return (raw) => {
    const text = normalize(wellFormed(raw));
    const words: Piece[] = [];
    if (text !== '') preTokenize({ text, lead: 0 }, words);
    return words.map((word) => word.text);
  };
}

function part(text: string, lead: number, { start, end }: Section): Piece {
  return { text: text.slice(start, end), lead: Math.max(0, Math.min(end, lead) - start) };
}
