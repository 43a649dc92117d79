import type { Tensor } from '../graph/tensor.ts';

export interface FeedForwardOutput {
  readonly layer: number;
  /** h: output of the feed-forward block after its dropout, `[tokens, hidden]`. */
  readonly hidden: Tensor;
  /** x: output of the attention block, `[tokens, hidden]`. */
  readonly residual: Tensor;
  /** LN₂, the layer's own frozen layer norm; of encoders that norm before their blocks, what it is given. */
  norm(x: Tensor): Tensor;
}

export interface LayerSite {
  readonly layer: number;
}

/** The places of an encoder layer where a method may act; what it leaves out stays as it is. */
export interface Sites {
  /** Keys `W_k·x + b_k`, `[tokens, hidden]`. */
  attentionKey?(key: Tensor, site: LayerSite): Tensor;
  /** Values `W_v·x + b_v`, `[tokens, hidden]`. */
  attentionValue?(value: Tensor, site: LayerSite): Tensor;
  /** Intermediate output before the activation, `[tokens, intermediate]`. */
  feedForwardIntermediate?(intermediate: Tensor, site: LayerSite): Tensor;
  /** The layer's output, `LN₂(h + x)` without a method. */
  feedForwardOutput?(site: FeedForwardOutput): Tensor;
}
