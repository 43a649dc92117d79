import {
  activations,
  attention,
  concat,
  embedding,
  input,
  layerNorm,
  linear,
  reshape,
  split,
  type Tensor,
} from '@scalearn/core';
import type { TransformerConfig } from './config.ts';
import type { FamilyCall } from './family.ts';

/** Pieces that graphs of several families are made of, each by the name of its weights. */
export interface Blocks {
  /** i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  dense(name: string, x: Tensor): Tensor;
  norm(name: string, x: Tensor): Tensor;
  /** Dropout of hidden states; the name is its random stream's. */
  drop(x: Tensor, name: string): Tensor;
  /** The feed-forward activation. */
  activation(x: Tensor): Tensor;
  /** Rows of a table, by ids i32 `[tokens]` that the graph is fed under a name. */
  rows(table: string, fed: string): Tensor;
  /** The only row of a table, `[hidden]`. */
  onlyRow(table: string): Tensor;
  /** Multi-head self-attention of a layer on its queries, keys and values, `[tokens, 3 · hidden]`; calls the sites. */
  attend(queriesKeysValues: Tensor, layer: number): Tensor;
}

export function blocks(config: TransformerConfig, { weight, sites, dropout }: FamilyCall): Blocks {
  const { hiddenSize, heads, layerNormEpsilon, hiddenDropout, attentionDropout } = config;
  const cuSeqlens = input('cuSeqlens', ['boundaries'], 'i32');
  return {
    cuSeqlens,
    dense: (name, x) => linear(x, weight(`${name}.weight`), weight(`${name}.bias`)),
    norm: (name, x) => layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), layerNormEpsilon),
    drop: (x, name) => dropout?.apply(x, hiddenDropout, name) ?? x,
    activation: activations[config.activation] as (x: Tensor) => Tensor,
    rows: (table, fed) => embedding(weight(`${table}.weight`), input(fed, ['tokens'], 'i32')),
    onlyRow: (table) => reshape(weight(`${table}.weight`), [hiddenSize]),
    attend(given, layer) {
      let qkv = given;
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
    },
  };
}
