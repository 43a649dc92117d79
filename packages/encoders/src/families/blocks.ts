import {
  activations,
  add,
  attention,
  concat,
  embedding,
  input,
  layerNorm,
  linear,
  reshape,
  split,
  type Tensor,
} from '@scalearn/core/graph';
import type { FeedForwardOutput } from '@scalearn/core/methods';
import type { TransformerConfig } from './config.ts';
import type { FamilyCall } from './family.ts';

/** Pieces that graphs of several families are made of, each by the name of its weights. */
export interface EncoderBlocks {
  /** i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  dense(name: string, x: Tensor): Tensor;
  norm(name: string, x: Tensor): Tensor;
  /** Dropout of hidden states; the name is its random stream's. */
  drop(x: Tensor, name: string): Tensor;
  /** Rows of a table, by ids i32 `[tokens]` that the graph is fed under a name. */
  rows(table: string, fed: string): Tensor;
  /** The only row of a table, `[width]`. */
  onlyRow(table: string): Tensor;
  /** Multi-head self-attention of a layer on its queries, keys and values, `[tokens, 3 · hidden]`; calls the sites. */
  attend(queriesKeysValues: Tensor, layer: number): Tensor;
  /** The feed-forward activation of a layer's intermediate output, `[tokens, intermediate]`; calls the site. */
  activate(intermediate: Tensor, layer: number): Tensor;
  /** What a layer gives: `norm(hidden + residual)`, or what the method at the site makes of it. */
  layerOutput(site: FeedForwardOutput): Tensor;
}

/** The pieces for an encoder's graph. */
export function encoderBlocks(
  config: TransformerConfig,
  { weight, sites, dropout }: FamilyCall,
): EncoderBlocks {
  const { hiddenSize, heads, layerNormEpsilon, hiddenDropout, attentionDropout } = config;
  const cuSeqlens = input('cuSeqlens', ['boundaries'], 'i32');
  const activation = activations[config.activation] as (x: Tensor) => Tensor;
  return {
    cuSeqlens,
    dense: (name, x) => linear(x, weight(`${name}.weight`), weight(`${name}.bias`)),
    norm: (name, x) => layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), layerNormEpsilon),
    drop: (x, name) => dropout?.apply(x, hiddenDropout, name) ?? x,
    rows: (table, fed) => embedding(weight(`${table}.weight`), input(fed, ['tokens'], 'i32')),
    onlyRow: (table) => {
      const rows = weight(`${table}.weight`);
      return reshape(rows, rows.shape.slice(1));
    },
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
    activate: (x, layer) => activation(sites.feedForwardIntermediate?.(x, { layer }) ?? x),
    layerOutput: (site) => sites.feedForwardOutput?.(site) ?? site.norm(add(site.hidden, site.residual)),
  };
}
