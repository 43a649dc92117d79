import type { EncoderConfig } from '@scalearn/core';

/** The checked fields of `config.json` that every family has. Families add their own. */
export interface TransformerConfig extends EncoderConfig {
  /** Number of rows of the word table. */
  readonly vocabSize: number;
  /** Number of attention heads. */
  readonly heads: number;
  /** Hugging Face name of the feed-forward activation. */
  readonly activation: string;
  /**
   * Number of rows of the position table: the longest sequence, plus the positions before the first if the family has
   * them.
   */
  readonly maxPositions: number;
  /** Number of token types; 0 if there are none. */
  readonly typeVocabSize: number;
  /** ε of all layer norms. */
  readonly layerNormEpsilon: number;
  /** Id of the padding token. Batches have no padding; RoBERTa's positions begin after it. */
  readonly padTokenId: number;
  /** Dropout probability of hidden states. */
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
}
