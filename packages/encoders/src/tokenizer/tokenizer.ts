import { TokenizerError } from './errors.ts';
import type { Piece } from './special-tokens.ts';
import type { TextTokenizer } from './text-tokenizer.ts';
import { type Truncation, truncatedLengths } from './truncation.ts';

/** One text, or a pair of texts that are encoded as one sequence. An empty second text still makes a pair. */
export type Segments = readonly [text: string] | readonly [text: string, pair: string];

/** Options of encoding texts as sequences. */
export interface EncodeOptions {
  /**
   * Maximum number of tokens of a sequence, including special tokens. Default: no limit, so a sequence may be longer
   * than the encoder can read.
   */
  readonly maxLength?: number;
  /** Which text is truncated if a sequence is too long. Default `longestFirst`. */
  readonly truncation?: Truncation;
  /** Whether special tokens are added around the texts. Default true. */
  readonly addSpecialTokens?: boolean;
}

/** One sequence. */
export interface Encoding {
  /** Ids of the tokens, `[tokens]`. */
  readonly inputIds: Int32Array;
  /** Token types, `[tokens]`: 0, or 1 for tokens of the second text in BERT. */
  readonly tokenTypeIds: Int32Array;
}

/** Concatenated sequences without padding. */
export interface RaggedBatch extends Encoding {
  /** Boundaries `[sequences + 1]`: sequence `i` is `[cuSeqlens[i], cuSeqlens[i + 1])`. */
  readonly cuSeqlens: Int32Array;
}

/** Converts texts to token ids, exactly as the Rust library `tokenizers` does. Made by `loadTokenizer`. */
export class Tokenizer {
  /** Maximum sequence length of the tokenizer's encoder, if its configuration states it. */
  readonly modelMaxLength: number | undefined;
  /** All ids are below this number. */
  readonly vocabularySize: number;
  readonly #texts: TextTokenizer;

  constructor(texts: TextTokenizer, modelMaxLength?: number) {
    this.#texts = texts;
    this.modelMaxLength = modelMaxLength;
    this.vocabularySize = texts.vocabularySize;
  }

  /** Returns the id of a token of the vocabulary. */
  idOf(token: string): number | undefined {
    return this.#texts.idOf(token);
  }

  /**
   * Encodes a text or a pair as one sequence.
   *
   * @throws TokenizerError `length` if it cannot be truncated to `maxLength`
   */
  encode(text: string, pair?: string, options: EncodeOptions = {}): Encoding {
    const segments: Segments = pair === undefined ? [text] : [text, pair];
    const { inputIds, tokenTypeIds } = this.encodeBatch([segments], options);
    return { inputIds, tokenTypeIds };
  }

  /**
   * Encodes many texts or pairs as one ragged batch.
   *
   * @throws TokenizerError `length` if a sequence cannot be truncated to `maxLength`
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

  /** Returns the parts of one sequence in order. */
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
