import type { EncoderConfig } from '@scalearn/core';

/** What `config.json` says of an encoder, checked: what every family has. Families add what they alone have. */
export interface TransformerConfig extends EncoderConfig {
  readonly vocabSize: number;
  readonly heads: number;
  /** Hugging Face name of the feed-forward activation. */
  readonly activation: string;
  /** The longest sequence, and the positions before the first, if the family has such. */
  readonly maxPositions: number;
  /** 0 where there are no token types. */
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
  readonly padTokenId: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
}
