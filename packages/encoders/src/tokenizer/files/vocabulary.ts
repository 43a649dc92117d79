import type { Json } from '../json.ts';
import type { TokenFiles } from './added-token.ts';

/** Older files from which a `tokenizer.json` can be made. */
export type VocabularyFormat = TextVocabulary | BinaryVocabulary;

/** Vocabulary files that are text, such as `vocab.txt`. */
export interface TextVocabulary {
  /** What the files hold; by default text. */
  readonly content?: 'text';
  /** Names of the files. All are required. */
  readonly files: readonly string[];
  /**
   * Returns the `tokenizer.json` that Python's class makes from them.
   *
   * @param texts texts of the files, in the order of `files`
   * @throws TokenizerError
   */
  toJson(texts: readonly string[], files: TokenFiles): Json;
}

/** Vocabulary files that are not text, such as a SentencePiece model. */
export interface BinaryVocabulary {
  readonly content: 'bytes';
  /** Names of the files. All are required. */
  readonly files: readonly string[];
  /**
   * Returns the `tokenizer.json` that Python's class makes from them.
   *
   * @param contents bytes of the files, in the order of `files`
   * @throws TokenizerError
   */
  toJson(contents: readonly Uint8Array[], files: TokenFiles): Json;
}
