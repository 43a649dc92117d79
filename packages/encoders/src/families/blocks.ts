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

/** Building blocks of the graphs of several families. Their weights are found by name. */
export interface EncoderBlocks {
  /** i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  /** A linear layer, by the name of its module. Calls the method's site. */
  dense(name: string, x: Tensor): Tensor;
  /** A layer norm, by the name of its module. */
  norm(name: string, x: Tensor): Tensor;
  /** Dropout of hidden states. The name is the name of its random stream. */
  drop(x: Tensor, name: string): Tensor;
  /** Rows of a table, selected by the graph input `fed`, ids i32 `[tokens]`. */
  rows(table: string, fed: string): Tensor;
  /** The only row of a table, `[width]`. */
  onlyRow(table: string): Tensor;
  /**
   * Multi-head self-attention of a layer from its queries, keys and values, `[tokens, 3 · hidden]`. Calls the method's
   * sites.
   */
  attend(queriesKeysValues: Tensor, layer: number): Tensor;
  /**
   * The feed-forward activation of a layer's intermediate output, `[tokens, intermediate]`. Calls the method's site.
   */
  activate(intermediate: Tensor, layer: number): Tensor;
  /** The output of a layer: `norm(hidden + residual)`, or the output of the method at this site. */
  layerOutput(site: FeedForwardOutput): Tensor;
}

/** Returns the building blocks for an encoder's graph. */
export function encoderBlocks(
  config: TransformerConfig,
  { weight, sites, adapt, dropout }: FamilyCall,
): EncoderBlocks {
  const { hiddenSize, heads, layerNormEpsilon, hiddenDropout, attentionDropout } = config;
  const cuSeqlens = input('cuSeqlens', ['boundaries'], 'i32');
  const activation = activations[config.activation] as (x: Tensor) => Tensor;
  return {
    cuSeqlens,
    dense(name, x) {
      const output = linear(x, weight(`${name}.weight`), weight(`${name}.bias`));
      return adapt?.(name, output, x) ?? output;
    },
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
