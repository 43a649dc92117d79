import { type Tokenizer, Unigram } from '@huggingface/tokenizers';

type LibraryModel = NonNullable<Tokenizer['model']>;

/** Words that are remembered, and how long they may be: real text repeats short words. */
const REMEMBERED_WORDS = 50_000;
const REMEMBERED_LENGTH = 64;

/** Characters that the library's Unigram is given at once; it fails on some 150,000 (arguments on the stack). */
const WINDOW = 20_000;
/** Tokens in the last part of a window may look different once the text that follows is known. */
const MARGIN = 2_000;

/**
 * Makes a model of the tokenizer library encode word by word, remember what it encoded, and take words of any length.
 * Unknown characters are joined within a word only, as the Rust library does.
 */
export function encodeWordByWord(model: LibraryModel): void {
  const encodeOne = model._call.bind(model);
  const encode = model instanceof Unigram ? inWindows(model, encodeOne) : (word: string) => encodeOne([word]);
  const known = new Map<string, string[]>();
  model._call = (words) => {
    const tokens: string[] = [];
    for (const word of words) {
      let encoded = known.get(word);
      if (encoded === undefined) {
        encoded = encode(word);
        if (word.length <= REMEMBERED_LENGTH && known.size < REMEMBERED_WORDS) known.set(word, encoded);
      }
      for (const token of encoded) tokens.push(token);
    }
    return tokens;
  };
}

/**
 * A long word is encoded in overlapping windows: of each, the tokens before the margin are kept and the next window
 * starts where they end. The best segmentation forgets what lies far behind, so the result is that of the whole word.
 */
function inWindows(model: Unigram, encode: (words: string[]) => string[]): (word: string) => string[] {
  const isUnknown = (token: string | undefined) => token !== undefined && !model.tokens_to_ids.has(token);
  return (word) => {
    if (word.length <= WINDOW) return encode([word]);
    const tokens: string[] = [];
    let position = 0;
    while (position < word.length) {
      const isLast = position + WINDOW >= word.length;
      // The tokens of a unigram model are the pieces of the word itself, unknown ones too.
      const end = position + (isLast ? WINDOW : WINDOW - MARGIN);
      for (const token of encode([wholeCharacters(word, position, position + WINDOW)])) {
        if (position >= end) break;
        if (isUnknown(token) && isUnknown(tokens.at(-1))) tokens[tokens.length - 1] += token;
        else tokens.push(token);
        position += token.length;
      }
    }
    return tokens;
  };
}

/** A part of a text that does not end in the middle of a surrogate pair. */
function wholeCharacters(text: string, begin: number, end: number): string {
  const splits = end < text.length && text.codePointAt(end - 1)! > 0xffff;
  return text.slice(begin, splits ? end - 1 : end);
}
