import { type Tokenizer, Unigram } from '@huggingface/tokenizers';

type LibraryModel = NonNullable<Tokenizer['model']>;

/** Words that are remembered, and how long they may be: real text repeats short words. */
const REMEMBERED_WORDS = 50_000;
const REMEMBERED_LENGTH = 64;

/**
 * Makes a model of the tokenizer library encode word by word, remember what it encoded, and take words of any length.
 * Unknown characters are joined within a word only, as the Rust library does.
 */
export function encodeWordByWord(model: LibraryModel): void {
  // The library's own method passes all pieces of a word as arguments, which are too many for the stack at some point.
  if (model instanceof Unigram) model.encode = (words) => words.flatMap((word) => unigramPieces(model, word));
  const encode = model._call.bind(model);
  const known = new Map<string, string[]>();
  model._call = (words) => {
    const tokens: string[] = [];
    for (const word of words) {
      let encoded = known.get(word);
      if (encoded === undefined) {
        encoded = encode([word]);
        if (word.length <= REMEMBERED_LENGTH && known.size < REMEMBERED_WORDS) known.set(word, encoded);
      }
      for (const token of encoded) tokens.push(token);
    }
    return tokens;
  };
}

/**
 * The best segmentation of a word, a run of unknown characters as one unknown token. (The library joins their text
 * one by one and looks the growing text up each time.)
 */
function unigramPieces(model: Unigram, word: string): string[] {
  const pieces: string[] = [];
  for (const piece of model.tokenize(word)) {
    const known = model.tokens_to_ids.has(piece) ? piece : model.unk_token!;
    if (known !== model.unk_token || pieces.at(-1) !== known) pieces.push(known);
  }
  return pieces;
}
