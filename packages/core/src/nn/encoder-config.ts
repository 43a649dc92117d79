/** Sizes and constants of an encoder that methods and heads depend on, from its configuration. */
export interface EncoderConfig {
  /** The model type of `config.json`: `bert`, `xlm-roberta`, `distilbert`, … */
  readonly modelType: string;
  /** Number of layers. */
  readonly layers: number;
  /** Width of the hidden states. */
  readonly hiddenSize: number;
  /** Width of the feed-forward block between its two linear layers. */
  readonly intermediateSize: number;
  /** Dropout probability of the classification head. */
  readonly classifierDropout: number;
  /** Dropout probability of the attention probabilities; absent for encoders described by earlier versions. */
  readonly attentionDropout?: number;
  /**
   * Other settings of the configuration that define the encoder's own head, by the names of its family; absent if
   * there are none
   */
  readonly headOptions?: Readonly<Record<string, string | number | boolean>>;
  /** Standard deviation of new weights, usually 0.02. */
  readonly initializerRange: number;
}
