/**
 * A head that predicts masked tokens, `LN(act(h·Wᵀ + b))·Eᵀ + c`, by its keys on disk. Its decoder is the table of word
 * embeddings.
 */
export interface MaskedLMHead {
  /** Module of the dense layer. */
  readonly dense: string;
  /** Module of the layer norm. */
  readonly norm: string;
  /** Key of the bias of the logits. */
  readonly bias: string;
  /** Activation of the dense layer, by its name in transformers. Default: that of the encoder's layers. */
  readonly activation?: string;
  /** Name of the table of word embeddings. */
  readonly words: string;
  /** The mask token and the other special tokens. Special tokens are never masked. */
  readonly tokens: {
    /** The mask token. */
    readonly mask: string;
    /** The other special tokens. */
    readonly others: readonly string[];
  };
}
