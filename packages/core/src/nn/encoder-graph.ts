import type { Tensor } from '../graph/tensor.ts';
import type { Dropout } from './dropout.ts';
import type { Sites } from './sites.ts';

export interface EncoderCall {
  /** What the active method does, and where. */
  readonly sites: Sites;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
  /** Trained stand-ins for frozen weights, by parameter name; undefined for what stays frozen. */
  readonly trained?: (name: string) => Tensor | undefined;
}

export interface EncoderGraph {
  /** After the embeddings and after each layer, `[tokens, hidden]`. */
  readonly hiddenStates: readonly Tensor[];
  /** What heads read, `[tokens, hidden]`: the last of them, after a norm where the encoder ends with one. */
  readonly output: Tensor;
  /** i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  /** The pooler `tanh(W·first + b)` `[sequences, hidden]`, where the encoder has one. */
  readonly pooled?: (first: Tensor) => Tensor;
}
