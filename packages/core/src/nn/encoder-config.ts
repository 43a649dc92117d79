/** Sizes and constants of an encoder that methods and heads depend on, from its configuration. */
export interface EncoderConfig {
  /** Its family and kind, as `config.json` names it: `bert`, `xlm-roberta`, `distilbert`, … */
  readonly modelType: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  /** Dropout of the classification head. */
  readonly classifierDropout: number;
  /** Dropout of the attention probabilities; unknown for encoders that earlier versions described. */
  readonly attentionDropout?: number;
  /** What else of the configuration decides the encoder's own head, by names of its family. */
  readonly headOptions?: Readonly<Record<string, string | number | boolean>>;
  /** Deviation of new weights, 0.02. */
  readonly initializerRange: number;
}
