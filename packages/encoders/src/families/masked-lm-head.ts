/**
 * A head that guesses masked tokens, `LN(act(h·Wᵀ + b))·Eᵀ + c`, by its keys on disk; its decoder is the table of word
 * embeddings.
 */
export interface MaskedLMHead {
  readonly dense: string;
  readonly norm: string;
  readonly bias: string;
  /** Of the dense layer, by its name in transformers; by default the one that the encoder's layers have. */
  readonly activation?: string;
  /** Name of the table of word embeddings. */
  readonly words: string;
  /** The token that stands for masked ones, and other special tokens: they are never masked. */
  readonly tokens: { readonly mask: string; readonly others: readonly string[] };
}
