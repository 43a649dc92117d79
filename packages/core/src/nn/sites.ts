import type { Tensor } from '../graph/tensor.ts';

export interface FeedForwardOutput {
  /** Number of the layer, from 0. */
  readonly layer: number;
  /** h: output of the feed-forward block after its dropout, `[tokens, hidden]`. */
  readonly hidden: Tensor;
  /** x: output of the attention block, `[tokens, hidden]`. */
  readonly residual: Tensor;
  /** Applies LN₂, the layer's own frozen layer norm; the identity for encoders that normalize before their blocks. */
  norm(x: Tensor): Tensor;
}

export interface LayerSite {
  /** Number of the layer, from 0. */
  readonly layer: number;
}

/** A product `W·x + b` of linear layers on one input, which an encoder may compute as one matrix. */
export interface LinearSite {
  /** x: the input of the layers, `[rows, inputs]`. */
  readonly input: Tensor;
  /**
   * Paths of the linear layers on disk, without the encoder's prefix, in the order of their outputs, which have the same
   * size: `['encoder.layer.0.attention.self.query', …]`. See `linears` of {@link EncoderArchitecture}. A static head also
   * has linear layers, such as `head.dense`.
   */
  readonly parts: readonly string[];
}

/** The sites of an encoder layer that a method can change. Sites without a function stay unchanged. */
export interface Sites {
  /** Changes the keys `W_k·x + b_k`, `[tokens, hidden]`; absent if they stay unchanged */
  attentionKey?(key: Tensor, site: LayerSite): Tensor;
  /** Changes the values `W_v·x + b_v`, `[tokens, hidden]`; absent if they stay unchanged */
  attentionValue?(value: Tensor, site: LayerSite): Tensor;
  /** Changes the intermediate output before the activation, `[tokens, intermediate]`; absent if it stays unchanged */
  feedForwardIntermediate?(intermediate: Tensor, site: LayerSite): Tensor;
  /**
   * Changes the outputs of linear layers, `[rows, outputs of all parts]`, at each of their uses; absent if they stay
   * unchanged
   */
  linear?(output: Tensor, site: LinearSite): Tensor;
  /** Computes the layer's output; without a method it is `LN₂(h + x)`. */
  feedForwardOutput?(site: FeedForwardOutput): Tensor;
}
