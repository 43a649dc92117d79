import { isId, isJson, type Json, malformed, unsupported } from './json.ts';

/**
 * Checks the `model` of a tokenizer.json before the tokenizer library builds tables from it.
 *
 * @returns the number of tokens in its vocabulary
 * @throws TokenizerError `malformed` or `unsupported`
 */
export function checkModel(model: unknown): number {
  if (!isJson(model)) throw malformed('model', 'an object');
  const { type, vocab } = model;
  if (type === 'Unigram') return checkUnigram(model);
  if (type !== 'WordPiece' && type !== 'BPE') throw unsupported('model', type, 'WordPiece, BPE and Unigram');
  if (!isJson(vocab)) throw malformed('model.vocab', 'an object of tokens with their ids');
  const ids = Object.values(vocab);
  if (!ids.every(isIdAmong(ids.length))) throw malformed('model.vocab', 'an object of tokens with their ids');
  const { unk_token: unknown } = model;
  if (type === 'WordPiece' && !(typeof unknown === 'string' && Object.hasOwn(vocab, unknown))) {
    throw malformed('model.unk_token', 'a token of the vocabulary');
  }
  if (type === 'BPE' && !(Array.isArray(model.merges) && model.merges.every(isMerge))) {
    throw malformed('model.merges', 'a list of pairs of tokens');
  }
  return ids.length;
}

function checkUnigram({ vocab, unk_id: unknown }: Json): number {
  const isScored = (entry: unknown) =>
    Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number';
  if (!Array.isArray(vocab) || !vocab.every(isScored)) {
    throw malformed('model.vocab', 'a list of pieces with their scores');
  }
  if (!isId(unknown) || unknown >= vocab.length) throw malformed('model.unk_id', 'a place in the vocabulary');
  return vocab.length;
}

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') return merge.includes(' ');
  return Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string');
}

/** @throws TokenizerError `malformed` unless `added_tokens` is a list of tokens with their ids */
export function checkAddedTokens(tokens: unknown, vocabularySize: number): void {
  const isGood = isIdAmong(vocabularySize);
  const isToken = (token: unknown) =>
    isJson(token) && isGood(token.id) && typeof token.content === 'string' && token.content !== '';
  if (Array.isArray(tokens) && tokens.every(isToken)) return;
  throw malformed('added_tokens', 'a list of tokens with their ids');
}

/** Ids may have gaps, but one far beyond their number would make the library fill an array of that length. */
function isIdAmong(count: number): (value: unknown) => boolean {
  return (value) => isId(value) && value < 2 * count + 100_000;
}
