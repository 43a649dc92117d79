import type { EncoderConfig } from '@scalearn/core';

/** The checked fields of `config.json` that every family has. Families add their own. */
export interface TransformerConfig extends EncoderConfig {
  readonly vocabSize: number;
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
  readonly layerNormEpsilon: number;
  readonly padTokenId: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
}
