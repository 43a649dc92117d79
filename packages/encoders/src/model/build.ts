import {
  activations,
  add,
  attention,
  concat,
  type EncoderCall,
  type EncoderGraph,
  embedding,
  input,
  layerNorm,
  linear,
  reshape,
  split,
  type Tensor,
  tanh,
} from '@scalearn/core';
import type { EncoderConfig } from './config.ts';

/**
 * The encoder as a graph: post-layer-norm transformer layers on ragged sequences (docs/reference/methods.md#the-layer;
 * Vaswani et al. 2017, Devlin et al. 2019), the active method called at its sites.
 *
 * @param weight finds a tensor by its name in the graph
 */
export function buildEncoder(
  config: EncoderConfig,
  weight: (name: string) => Tensor,
  hasPooler: boolean,
  { sites, dropout }: Pick<EncoderCall, 'sites' | 'dropout'>,
): EncoderGraph {
  const { hiddenSize, heads, layers, layerNormEpsilon, hiddenDropout, attentionDropout } = config;
  const activation = activations[config.activation] as (x: Tensor) => Tensor;
  const cuSeqlens = input('cuSeqlens', ['boundaries'], 'i32');
  const dense = (name: string, x: Tensor): Tensor =>
    linear(x, weight(`${name}.weight`), weight(`${name}.bias`));
  const norm = (name: string, x: Tensor): Tensor =>
    layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), layerNormEpsilon);
  const drop = (x: Tensor, name: string): Tensor => dropout?.apply(x, hiddenDropout, name) ?? x;

  const selfAttention = (x: Tensor, layer: number): Tensor => {
    let qkv = dense(`encoder.layer.${layer}.attention.self.qkv`, x);
    if (sites.attentionKey || sites.attentionValue) {
      const [query, key, value] = split(qkv, [hiddenSize, hiddenSize, hiddenSize], 1) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const site = { layer };
      qkv = concat(
        [query, sites.attentionKey?.(key, site) ?? key, sites.attentionValue?.(value, site) ?? value],
        1,
      );
    }
    const name = `layer.${layer}/attention`;
    return attention(
      qkv,
      cuSeqlens,
      heads,
      dropout && { probability: attentionDropout, name, random: dropout.random },
    );
  };

  const words = embedding(weight('embeddings.word_embeddings.weight'), input('inputIds', ['tokens'], 'i32'));
  const positions = embedding(
    weight('embeddings.position_embeddings.weight'),
    input('positionIds', ['tokens'], 'i32'),
  );
  const table = weight('embeddings.token_type_embeddings.weight');
  const types =
    config.typeVocabSize > 1
      ? embedding(table, input('tokenTypeIds', ['tokens'], 'i32'))
      : reshape(table, [hiddenSize]);
  let x = drop(norm('embeddings.LayerNorm', add(words, positions, types)), 'embeddings');

  const hiddenStates = [x];
  for (let layer = 0; layer < layers; layer++) {
    const name = `encoder.layer.${layer}`;
    const attended = drop(
      dense(`${name}.attention.output.dense`, selfAttention(x, layer)),
      `layer.${layer}/attentionOutput`,
    );
    const residual = norm(`${name}.attention.output.LayerNorm`, add(attended, x));
    const inner = dense(`${name}.intermediate.dense`, residual);
    const hidden = drop(
      dense(`${name}.output.dense`, activation(sites.feedForwardIntermediate?.(inner, { layer }) ?? inner)),
      `layer.${layer}/output`,
    );
    const outputNorm = (sum: Tensor): Tensor => norm(`${name}.output.LayerNorm`, sum);
    x =
      sites.feedForwardOutput?.({ layer, hidden, residual, norm: outputNorm }) ??
      outputNorm(add(hidden, residual));
    hiddenStates.push(x);
  }
  return {
    hiddenStates,
    cuSeqlens,
    ...(hasPooler ? { pooled: (first: Tensor) => tanh(dense('pooler.dense', first)) } : {}),
  };
}
