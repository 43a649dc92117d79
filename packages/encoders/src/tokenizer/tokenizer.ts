import { TokenizerError } from './errors.ts';
import type { Piece } from './special-tokens.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { type Truncation, truncatedLengths } from './truncation.ts';

/** One text, or a pair of texts that are encoded as one sequence. The second may be empty and is still a second. */
export type Segments = readonly [text: string] | readonly [text: string, pair: string];

/** How texts become sequences. */
export interface EncodeOptions {
  /**
   * Tokens of a sequence at most, special tokens included; never more than the tokenizer's own limit. Where it is not
   * given nothing is cut, so a sequence may be longer than an encoder can read.
   */
  readonly maxLength?: number;
  /** What is cut where a sequence is too long; by default `longestFirst`. */
  readonly truncation?: Truncation;
  /** Whether special tokens are put around the texts; by default they are. */
  readonly addSpecialTokens?: boolean;
}

/** One sequence. */
export interface Encoding {
  /** `[tokens]` */
  readonly inputIds: Int32Array;
  /** `[tokens]`: 0 or, for tokens of a second text of BERT, 1. */
  readonly tokenTypeIds: Int32Array;
}

/** Sequences one after the other, with no padding. */
export interface RaggedBatch extends Encoding {
  /** `[sequences + 1]`: sequence `i` is `[cuSeqlens[i], cuSeqlens[i + 1])`. */
  readonly cuSeqlens: Int32Array;
}

/** Texts to token ids, equal to what the Rust library `tokenizers` gives. Made by `loadTokenizer`. */
export class Tokenizer {
  /** The longest sequence that the tokenizer's encoder was made for, if its configuration says so. */
  readonly modelMaxLength: number | undefined;
  /** Ids are below this number. */
  readonly vocabularySize: number;
  readonly #texts: TextTokenizer;

  constructor(texts: TextTokenizer, modelMaxLength?: number) {
    this.#texts = texts;
    this.modelMaxLength = modelMaxLength;
    this.vocabularySize = texts.vocabularySize;
  }

  /** The id of a token as it is written in the vocabulary. */
  idOf(token: string): number | undefined {
    return this.#texts.idOf(token);
  }

  /**
   * One sequence of a text or a pair.
   *
   * @throws TokenizerError `length` where it cannot be cut to `maxLength`
   */
  encode(text: string, pair?: string, options: EncodeOptions = {}): Encoding {
    const segments: Segments = pair === undefined ? [text] : [text, pair];
    const { inputIds, tokenTypeIds } = this.encodeBatch([segments], options);
    return { inputIds, tokenTypeIds };
  }

  /**
   * Many sequences as one ragged batch.
   *
   * @throws TokenizerError `length` where one cannot be cut to `maxLength`
   */
  encodeBatch(batch: readonly Segments[], options: EncodeOptions = {}): RaggedBatch {
    const layouts = batch.map((segments) => this.#layOut(segments, options));
    const cuSeqlens = new Int32Array(batch.length + 1);
    for (const [i, parts] of layouts.entries()) {
      cuSeqlens[i + 1] = cuSeqlens[i]! + parts.reduce((length, part) => length + part.ids.length, 0);
    }
    const inputIds = new Int32Array(cuSeqlens.at(-1)!);
    const tokenTypeIds = new Int32Array(inputIds.length);
    let position = 0;
    for (const { ids, typeId } of layouts.flat()) {
      inputIds.set(ids, position);
      tokenTypeIds.fill(typeId, position, position + ids.length);
      position += ids.length;
    }
    return { inputIds, tokenTypeIds, cuSeqlens };
  }

  /** The parts of one sequence in order. */
  #layOut(segments: Segments, options: EncodeOptions): { ids: readonly number[]; typeId: number }[] {
    const template = segments.length === 2 ? this.#texts.special.pair : this.#texts.special.single;
    const pieces =
      options.addSpecialTokens === false ? template.filter((piece) => 'segment' in piece) : template;
    const texts = this.#truncate(
      segments.map((text) => this.#texts.encode(text)),
      pieces,
      options,
    );
    return pieces.map((piece) => ({
      ids: 'segment' in piece ? texts[piece.segment]! : piece.ids,
      typeId: piece.typeId,
    }));
  }

  #truncate(texts: number[][], pieces: readonly Piece[], options: EncodeOptions): number[][] {
    const { maxLength, truncation = 'longestFirst' } = options;
    if (maxLength === undefined) return texts;
    const limit = Math.min(maxLength, this.modelMaxLength ?? maxLength);
    const special = pieces.reduce((count, piece) => count + ('segment' in piece ? 0 : piece.ids.length), 0);
    if (!Number.isInteger(maxLength) || limit < Math.max(special, 1)) {
      const message = `maxLength is ${maxLength}; it must be a whole number of at least ${Math.max(special, 1)}`;
      throw new TokenizerError('length', `${message}, the number of special tokens.`);
    }
    const lengths = truncatedLengths(
      texts.map((ids) => ids.length),
      limit - special,
      truncation,
    );
    return texts.map((ids, i) => ids.slice(0, lengths[i]));
  }
}
