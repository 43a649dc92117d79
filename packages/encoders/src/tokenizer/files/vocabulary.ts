import type { Json } from '../json.ts';
import type { TokenFiles } from './added-token.ts';

/** Files of older days of which a `tokenizer.json` can be made. */
export interface VocabularyFormat {
  /** All that must be there. */
  readonly files: readonly string[];
  /**
   * The `tokenizer.json` that Python's class makes of them.
   *
   * @param texts of the files, in their order
   * @throws TokenizerError
   */
  toJson(texts: readonly string[], files: TokenFiles): Json;
}
