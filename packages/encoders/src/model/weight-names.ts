import type { EncoderConfig } from './config.ts';

/** One tensor of the encoder as the graph uses it. */
export interface WeightSpec {
  /** Name in the graph, without prefix, e.g. `encoder.layer.0.attention.self.qkv.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Keys of its parts on disk, stacked along the first axis. */
  readonly parts: readonly string[];
  /** Whether weight decay would apply if it were trained. */
  readonly decay: boolean;
  readonly optional?: boolean;
}

/** First part of the keys on disk. */
export function encoderPrefix(config: EncoderConfig): string {
  return config.modelType === 'bert' ? 'bert' : 'roberta';
}

/**
 * All tensors of an encoder. Query, key and value are one matrix, so that one product gives all three.
 *
 * @param pooler whether to include the pooler
 */
export function weightSpecs(config: EncoderConfig): WeightSpec[] {
  const { hiddenSize: d, intermediateSize: f, layers } = config;
  const one = (name: string, shape: readonly number[], decay: boolean, optional = false): WeightSpec => ({
    name,
    shape,
    parts: [name],
    decay,
    ...(optional ? { optional } : {}),
  });
  const linear = (name: string, outputs: number, inputs: number, optional = false): WeightSpec[] => [
    one(`${name}.weight`, [outputs, inputs], true, optional),
    one(`${name}.bias`, [outputs], false, optional),
  ];
  const norm = (name: string): WeightSpec[] => [
    one(`${name}.weight`, [d], false),
    one(`${name}.bias`, [d], false),
  ];
  return [
    one('embeddings.word_embeddings.weight', [config.vocabSize, d], true),
    one('embeddings.position_embeddings.weight', [config.maxPositions, d], true),
    one('embeddings.token_type_embeddings.weight', [config.typeVocabSize, d], true),
    ...norm('embeddings.LayerNorm'),
    ...Array.from({ length: layers }, (_, i) => {
      const layer = `encoder.layer.${i}`;
      const parts = (kind: string): string[] =>
        ['query', 'key', 'value'].map((part) => `${layer}.attention.self.${part}.${kind}`);
      return [
        {
          name: `${layer}.attention.self.qkv.weight`,
          shape: [3 * d, d],
          parts: parts('weight'),
          decay: true,
        },
        { name: `${layer}.attention.self.qkv.bias`, shape: [3 * d], parts: parts('bias'), decay: false },
        ...linear(`${layer}.attention.output.dense`, d, d),
        ...norm(`${layer}.attention.output.LayerNorm`),
        ...linear(`${layer}.intermediate.dense`, f, d),
        ...linear(`${layer}.output.dense`, d, f),
        ...norm(`${layer}.output.LayerNorm`),
      ];
    }).flat(),
    ...linear('pooler.dense', d, d, true),
  ];
}
