import { add, multiply, split, type Tensor } from '@scalearn/core/graph';
import type { EncoderGraph } from '@scalearn/core/methods';
import { type AttentionFormOf, type EncoderBlocks, encoderBlocks } from './blocks.ts';
import type { TransformerConfig } from './config.ts';
import type { FamilyCall } from './family.ts';
import { linearWeights, normWeights, type WeightSpec } from './weights.ts';

/** Names of the parts of pre-norm layers. All but the last are in each layer. */
export interface PreNormNames {
  /** The layers, without their number. */
  readonly layer: string;
  /** Layer norm before the attention; the first layer has none. */
  readonly attentionNorm: string;
  /** Linear layer of queries, keys and values. */
  readonly queryKeyValue: string;
  /** Linear layer after the attention. */
  readonly attentionOutput: string;
  /** Layer norm before the feed-forward block. */
  readonly feedForwardNorm: string;
  /** First linear layer of the feed-forward block: its input, then its gate. */
  readonly intermediate: string;
  /** Second linear layer of the feed-forward block. */
  readonly output: string;
  /** Layer norm after the last layer. */
  readonly finalNorm: string;
}

/** Which parts have biases. */
export interface PreNormBiases {
  readonly attentionBias: boolean;
  readonly feedForwardBias: boolean;
  readonly normBias: boolean;
}

/** Returns the weights of all layers and of the norm after them. */
export function preNormWeights(
  { layers, hiddenSize: d, intermediateSize: f }: TransformerConfig,
  names: PreNormNames,
  { attentionBias, feedForwardBias, normBias }: PreNormBiases,
): WeightSpec[] {
  return [
    ...Array.from({ length: layers }, (_, i) => {
      const inLayer = (name: string): string => `${names.layer}.${i}.${name}`;
      return [
        ...(i > 0 ? normWeights(inLayer(names.attentionNorm), d, normBias) : []),
        ...linearWeights(inLayer(names.queryKeyValue), 3 * d, d, attentionBias),
        ...linearWeights(inLayer(names.attentionOutput), d, d, attentionBias),
        ...normWeights(inLayer(names.feedForwardNorm), d, normBias),
        ...linearWeights(inLayer(names.intermediate), 2 * f, d, feedForwardBias),
        ...linearWeights(inLayer(names.output), d, f, feedForwardBias),
      ];
    }).flat(),
    ...normWeights(names.finalNorm, d, normBias),
  ];
}

/**
 * Builds an encoder whose layers norm what goes into their blocks, with gated feed-forward blocks:
 * `h = x + W_o·attention(LN₁(x))`, `y = h + W₂·(act(a) ⊙ g)` where `[a, g] = W₁·LN₂(h)`. The output is a norm of the last
 * layer's. The active method is called at its sites: its feed-forward output is `W₂·(act(a) ⊙ g)`, and the residual is `h`.
 * The attention's output has the dropout of its probabilities.
 *
 * @param embeddings input of the first layer, `[tokens, hidden]`
 * @param attention what differs from plain attention
 */
export function buildPreNorm(
  config: TransformerConfig,
  call: FamilyCall,
  names: PreNormNames,
  {
    embeddings,
    attention,
  }: {
    readonly embeddings: (parts: EncoderBlocks) => Tensor;
    readonly attention: AttentionFormOf;
  },
): EncoderGraph {
  const parts = encoderBlocks(config, call);
  const { dense, norm, drop, attend, activate, layerOutput, cuSeqlens } = parts;
  const { attentionDropout, intermediateSize } = config;
  let x = embeddings(parts);
  const hiddenStates = [x];
  for (let layer = 0; layer < config.layers; layer++) {
    const inLayer = (name: string): string => `${names.layer}.${layer}.${name}`;
    const normed = layer > 0 ? norm(inLayer(names.attentionNorm), x) : x;
    const context = attend(dense(inLayer(names.queryKeyValue), normed), layer, attention);
    const mixed = dense(inLayer(names.attentionOutput), context);
    const attended = call.dropout?.apply(mixed, attentionDropout, `layer.${layer}/attentionOutput`) ?? mixed;
    const residual = add(attended, x);
    const both = dense(inLayer(names.intermediate), norm(inLayer(names.feedForwardNorm), residual));
    const [inner, gate] = split(both, [intermediateSize, intermediateSize], 1) as [Tensor, Tensor];
    const gated = drop(multiply(activate(inner, layer), gate), `layer.${layer}/output`);
    const hidden = dense(inLayer(names.output), gated);
    x = layerOutput({ layer, hidden, residual, norm: (sum) => sum });
    hiddenStates.push(x);
  }
  return { hiddenStates, output: norm(names.finalNorm, x), cuSeqlens };
}
