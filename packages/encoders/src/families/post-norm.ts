import { add, type Tensor } from '@scalearn/core/graph';
import type { EncoderGraph, EncoderModules } from '@scalearn/core/methods';
import { type AttentionFormOf, type EncoderBlocks, encoderBlocks } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import type { FamilyCall } from './family.ts';
import { linearWeights, normWeights, stackedWeights, type WeightSpec, weightSpec } from './weights.ts';

/** Names of the parts of post-norm layers. Those below `layer` are in each layer. */
export interface PostNormNames {
  /** Module that contains the layers, and the layers in it. */
  readonly stack: string;
  /** The layers in the stack, without their number. */
  readonly layer: string;
  /** Linear layer of the queries. */
  readonly query: string;
  /** Linear layer of the keys. */
  readonly key: string;
  /** Linear layer of the values. */
  readonly value: string;
  /** Name in the graph of queries, keys and values as one matrix. */
  readonly queryKeyValue: string;
  /** Linear layer after the attention. */
  readonly attentionOutput: string;
  /** Layer norm after the attention. */
  readonly attentionNorm: string;
  /** First linear layer of the feed-forward block. */
  readonly intermediate: string;
  /** Second linear layer of the feed-forward block. */
  readonly output: string;
  /** Layer norm after the feed-forward block. */
  readonly outputNorm: string;
  /** Module that contains the modules that methods add after the feed-forward block. */
  readonly layerOutput: string;
}

/** Returns the paths of the modules on disk. */
export function postNormModules(prefix: string, names: PostNormNames): EncoderModules {
  const inLayer = (name: string): string => `${prefix}.${names.layer}.*.${name}`;
  return {
    stack: `${prefix}.${names.stack}`,
    layerOutput: inLayer(names.layerOutput),
    query: inLayer(names.query),
    key: inLayer(names.key),
    value: inLayer(names.value),
    attentionOutput: inLayer(names.attentionOutput),
    intermediate: inLayer(names.intermediate),
    output: inLayer(names.output),
  };
}

const embeddings = {
  words: 'embeddings.word_embeddings',
  positions: 'embeddings.position_embeddings',
  types: 'embeddings.token_type_embeddings',
  norm: 'embeddings.LayerNorm',
} as const;

/** What differs from BERT's embeddings. */
export interface EmbeddingForm {
  /** Width of the tables; by default that of the hidden states. */
  readonly width?: number;
  /** Width of the layer norm; by default that of the tables. */
  readonly normWidth?: number;
  /** Whether there is a table of positions; by default there is. */
  readonly hasPositions?: boolean;
  /** Projects the sum before its norm; by default nothing does. */
  readonly project?: (sum: Tensor) => Tensor;
}

/**
 * Returns the tables of words and, if there are any, of positions and of token types, and the layer norm of their sum.
 */
export function embeddingWeights(
  { vocabSize, maxPositions, typeVocabSize, hiddenSize }: TransformerConfig,
  { width = hiddenSize, normWidth = width, hasPositions = true }: Omit<EmbeddingForm, 'project'> = {},
): WeightSpec[] {
  return [
    weightSpec(`${embeddings.words}.weight`, [vocabSize, width]),
    ...(hasPositions ? [weightSpec(`${embeddings.positions}.weight`, [maxPositions, width])] : []),
    ...(typeVocabSize > 0 ? [weightSpec(`${embeddings.types}.weight`, [typeVocabSize, width])] : []),
    ...normWeights(embeddings.norm, normWidth),
  ];
}

/** Returns the weights of all layers. Query, key and value are one matrix. */
export function postNormWeights(
  { layers, hiddenSize: d, intermediateSize: f }: TransformerConfig,
  names: PostNormNames,
): WeightSpec[] {
  return Array.from({ length: layers }, (_, i) => {
    const inLayer = (name: string): string => `${names.layer}.${i}.${name}`;
    const parts = [names.query, names.key, names.value].map(inLayer);
    return [
      ...stackedWeights(inLayer(names.queryKeyValue), parts, d, d),
      ...linearWeights(inLayer(names.attentionOutput), d, d),
      ...normWeights(inLayer(names.attentionNorm), d),
      ...linearWeights(inLayer(names.intermediate), f, d),
      ...linearWeights(inLayer(names.output), d, f),
      ...normWeights(inLayer(names.outputNorm), d),
    ];
  }).flat();
}

/** Returns `drop(LN(words + positions + types))`, `[tokens, width]`. */
export function embed(
  { typeVocabSize }: TransformerConfig,
  { rows, onlyRow, norm, drop }: EncoderBlocks,
  { hasPositions = true, project = (sum) => sum }: Pick<EmbeddingForm, 'hasPositions' | 'project'> = {},
): Tensor {
  const types = (): Tensor =>
    typeVocabSize > 1 ? rows(embeddings.types, 'tokenTypeIds') : onlyRow(embeddings.types);
  const sum = add(
    rows(embeddings.words, 'inputIds'),
    ...(hasPositions ? [rows(embeddings.positions, 'positionIds')] : []),
    ...(typeVocabSize > 0 ? [types()] : []),
  );
  return drop(norm(embeddings.norm, project(sum)), 'embeddings');
}

/**
 * Builds an encoder as a graph: embeddings and post-layer-norm transformer layers on ragged sequences
 * (docs/reference/methods.md#the-layer; Vaswani et al. 2017, Devlin et al. 2019). The active method is called at its
 * sites.
 *
 * @param dropsAttention whether dropout is applied to the attention's output
 * @param embeddings input of the first layer, `[tokens, hidden]`; default {@link embed}
 * @param attention makes what differs from plain attention
 */
export function buildPostNorm(
  config: TransformerConfig,
  call: FamilyCall,
  names: PostNormNames,
  {
    dropsAttention = true,
    embeddings: first = (parts) => embed(config, parts),
    attention: formOf,
  }: {
    readonly dropsAttention?: boolean;
    readonly embeddings?: (parts: EncoderBlocks) => Tensor;
    readonly attention?: (parts: EncoderBlocks) => AttentionFormOf;
  } = {},
): EncoderGraph {
  const parts = encoderBlocks(config, call);
  const { dense, norm, drop, attend, activate, layerOutput, cuSeqlens } = parts;
  const attention = formOf?.(parts);
  let x = first(parts);
  const hiddenStates = [x];
  for (let layer = 0; layer < config.layers; layer++) {
    const inLayer = (name: string): string => `${names.layer}.${layer}.${name}`;
    const context = attend(dense(inLayer(names.queryKeyValue), x), layer, attention);
    const mixed = dense(inLayer(names.attentionOutput), context);
    const attended = dropsAttention ? drop(mixed, `layer.${layer}/attentionOutput`) : mixed;
    const residual = norm(inLayer(names.attentionNorm), add(attended, x));
    const inner = dense(inLayer(names.intermediate), residual);
    const hidden = drop(dense(inLayer(names.output), activate(inner, layer)), `layer.${layer}/output`);
    x = layerOutput({ layer, hidden, residual, norm: (sum) => norm(inLayer(names.outputNorm), sum) });
    hiddenStates.push(x);
  }
  return { hiddenStates, output: x, cuSeqlens };
}
