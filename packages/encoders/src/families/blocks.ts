import {
  type AttentionOptions,
  activations,
  add,
  attention,
  concat,
  constant,
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

/** What differs from plain attention. */
export interface AttentionForm extends Omit<AttentionOptions, 'dropout'> {
  /** The queries, keys and values to use instead, `[tokens, 3 · hidden]`; by default they stay the same. */
  readonly queriesKeysValues?: Tensor;
}

/** Returns what differs from plain attention in a layer, from its queries, keys and values. */
export type AttentionFormOf = (queriesKeysValues: Tensor, layer: number) => AttentionForm;

/** Building blocks of the graphs of several families. Their weights are found by name. */
export interface EncoderBlocks {
  /** i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  /** A linear layer, by the name of its module, with a bias if there is one. Calls the method's site. */
  dense(name: string, x: Tensor): Tensor;
  /** A layer norm, by the name of its module, with a bias if there is one. */
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
   *
   * @param form what differs from plain attention, from the queries, keys and values after the method's sites
   */
  attend(queriesKeysValues: Tensor, layer: number, form?: AttentionFormOf): Tensor;
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
  { weight, has, sites, adapt, dropout }: FamilyCall,
): EncoderBlocks {
  const { hiddenSize, heads, layerNormEpsilon, hiddenDropout, attentionDropout } = config;
  const cuSeqlens = input('cuSeqlens', ['boundaries'], 'i32');
  const bias = (name: string): Tensor | undefined =>
    has(`${name}.bias`) ? weight(`${name}.bias`) : undefined;
  const activation = activations[config.activation] as (x: Tensor) => Tensor;
  return {
    cuSeqlens,
    dense(name, x) {
      const output = linear(x, weight(`${name}.weight`), bias(name));
      return adapt?.(name, output, x) ?? output;
    },
    norm: (name, x) => {
      const gain = weight(`${name}.weight`);
      return layerNorm(x, gain, bias(name) ?? constant(0, gain.shape), layerNormEpsilon);
    },
    drop: (x, name) => dropout?.apply(x, hiddenDropout, name) ?? x,
    rows: (table, fed) => embedding(weight(`${table}.weight`), input(fed, ['tokens'], 'i32')),
    onlyRow: (table) => {
      const rows = weight(`${table}.weight`);
      return reshape(rows, rows.shape.slice(1));
    },
    attend(given, layer, form) {
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
      const { queriesKeysValues = qkv, ...options } = form?.(qkv, layer) ?? {};
      return attention(queriesKeysValues, cuSeqlens, heads, {
        ...options,
        dropout: dropout && { probability: attentionDropout, name, random: dropout.random },
      });
    },
    activate: (x, layer) => activation(sites.feedForwardIntermediate?.(x, { layer }) ?? x),
    layerOutput: (site) => sites.feedForwardOutput?.(site) ?? site.norm(add(site.hidden, site.residual)),
  };
}
