import { TokenizerError } from '../errors.ts';
import { shown } from '../json.ts';
import { ProtobufError, type ProtobufField, protobufFields } from './protobuf.ts';

/** Kinds of pieces, by their numbers in the file. */
const kinds = ['', 'normal', 'unknown', 'control', 'userDefined', 'unused', 'byte'] as const;

/** A piece of the vocabulary. Its place in the list is its id in SentencePiece. */
export interface SentencePiece {
  readonly piece: string;
  /** Logarithm of its probability */
  readonly score: number;
  readonly kind: Exclude<(typeof kinds)[number], ''>;
}

/** What a tokenizer needs of a Unigram model of SentencePiece. */
export interface SentencePieceModel {
  readonly pieces: readonly SentencePiece[];
  /** Id of unknown characters */
  readonly unknownId: number;
  /** The table of replacements, compiled; empty if there is none */
  readonly charsmap: Uint8Array;
}

/** What the reader keeps while it goes through the fields. */
interface Draft {
  readonly pieces: SentencePiece[];
  unknownId: number;
  charsmap: Uint8Array;
}

/** The models that the format has, by their numbers in the file. */
const modelTypes = ['', 'unigram', 'bpe', 'word', 'char'];

/**
 * Reads a SentencePiece model: a `ModelProto` of `sentencepiece_model.proto`
 * (https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto). Only Unigram models are read.
 * Settings are refused if Python's converters leave them out, except `byte_fallback`: as in Python's fast tokenizers,
 * characters without a piece are then unknown.
 *
 * @param bytes the whole file
 * @param file its name, for messages
 * @throws TokenizerError `malformed` for a damaged file, `unsupported` for a setting that is not supported
 */
export function readSentencePieceModel(bytes: Uint8Array, file: string): SentencePieceModel {
  const draft: Draft = { pieces: [], unknownId: 0, charsmap: new Uint8Array() };
  const reader = new ModelReader(file);
  try {
    for (const field of protobufFields(bytes)) reader.model(field, draft);
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw damaged(file, cause.message, cause);
  }
  const { pieces, unknownId } = draft;
  if (pieces.length === 0) throw damaged(file, 'it has no pieces');
  if (unknownId >= pieces.length) throw damaged(file, `unk_id is ${unknownId}, behind the last piece`);
  if (new Set(pieces.map(({ piece }) => piece)).size < pieces.length)
    throw damaged(file, 'it has a piece twice');
  return draft;
}

class ModelReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  model(field: ProtobufField, draft: Draft): void {
    const { number } = field;
    if (number === 1) draft.pieces.push(this.#piece(this.#bytes(field, 'pieces')));
    else if (number === 2)
      for (const inner of protobufFields(this.#bytes(field, 'trainer_spec'))) this.#trainer(inner, draft);
    else if (number === 3)
      for (const inner of protobufFields(this.#bytes(field, 'normalizer_spec')))
        this.#normalizer(inner, draft);
    // Samples that test the model, and the normalizer of decoded texts.
    else if (number !== 4 && number !== 5) throw this.#unknown(number, 'ModelProto');
  }

  #piece(bytes: Uint8Array): SentencePiece {
    let piece = '';
    let score = 0;
    let kind = 1;
    for (const field of protobufFields(bytes)) {
      if (field.number === 1) piece = this.#text(this.#bytes(field, 'piece'));
      else if (field.number === 2) score = this.#score(field);
      else if (field.number === 3) kind = this.#number(field, 'type');
      else throw this.#unknown(field.number, 'SentencePiece');
    }
    const name = kinds[kind];
    if (piece === '') throw damaged(this.#file, 'it has an empty piece');
    if (!name) throw damaged(this.#file, `the piece ${shown(piece)} has the type ${kind}`);
    if (name === 'unused')
      throw refused(this.#file, `the unused piece ${shown(piece)}`, 'the converted tokenizer would use it');
    return { piece, score, kind: name };
  }

  #trainer(field: ProtobufField, draft: Draft): void {
    const { number } = field;
    if (number === 3) {
      const type = this.#number(field, 'model_type');
      if (type !== 1)
        throw refused(this.#file, `the model_type ${modelTypes[type] ?? type}`, 'only unigram is known');
    } else if (number === 24) {
      if (this.#number(field, 'treat_whitespace_as_suffix') !== 0)
        throw refused(this.#file, 'treat_whitespace_as_suffix', 'spaces begin a word here');
    } else if (number === 40) draft.unknownId = this.#number(field, 'unk_id');
    // The other settings say how it was trained.
    else if (number > 55 && number < 200) throw this.#unknown(number, 'TrainerSpec');
  }

  #normalizer(field: ProtobufField, draft: Draft): void {
    const { number } = field;
    const name = ['add_dummy_prefix', 'remove_extra_whitespaces', 'escape_whitespaces'][number - 3];
    if (number === 2) draft.charsmap = this.#bytes(field, 'precompiled_charsmap');
    else if (name !== undefined) {
      if (this.#number(field, name) !== 1)
        throw refused(this.#file, `${name} false`, 'the converted tokenizer would always do it');
    } else if (number !== 1 && number !== 6) throw this.#unknown(number, 'NormalizerSpec');
  }

  #bytes(field: ProtobufField, name: string): Uint8Array {
    if (field.wire === 'bytes') return field.value;
    throw damaged(this.#file, `${name} is a ${field.wire}`);
  }

  #number(field: ProtobufField, name: string): number {
    if (field.wire === 'varint') return field.value;
    throw damaged(this.#file, `${name} is a ${field.wire}`);
  }

  #score(field: ProtobufField): number {
    if (field.wire !== 'fixed32') throw damaged(this.#file, `score is a ${field.wire}`);
    const { buffer, byteOffset } = field.value;
    const score = new DataView(buffer, byteOffset).getFloat32(0, true);
    if (Number.isFinite(score)) return score;
    throw damaged(this.#file, `a score is ${score}`);
  }

  #text(bytes: Uint8Array): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw damaged(this.#file, 'a piece is not UTF-8', cause);
    }
  }

  #unknown(number: number, message: string): TokenizerError {
    return refused(this.#file, `the field ${number} in ${message}`, 'the format had no such field');
  }
}

function damaged(file: string, what: string, cause?: unknown): TokenizerError {
  return new TokenizerError(
    'malformed',
    `${file} is not a SentencePiece model: ${what}. Fetch it again.`,
    cause === undefined ? undefined : { cause },
  );
}

/** Returns the error for a model that says something that the converted tokenizer could not do. */
export function refused(file: string, what: string, why: string): TokenizerError {
  return new TokenizerError(
    'unsupported',
    `${file} has ${what}, which is not supported: ${why}. Use an encoder with another tokenizer.`,
  );
}
