import type { Json } from '../json.ts';
import type { TokenFiles } from './added-token.ts';

/** Older files from which a `tokenizer.json` can be made. */
export interface VocabularyFormat {
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
