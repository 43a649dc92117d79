import type { Tensor } from '../graph/tensor.ts';
import type { Dropout } from './dropout.ts';
import type { Sites } from './sites.ts';

export interface EncoderCall {
  /** The functions of the active method, by site. */
  readonly sites: Sites;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
  /** Returns the trained tensor that replaces a weight, by parameter name; undefined for frozen weights. */
  readonly trained?: (name: string) => Tensor | undefined;
}

export interface EncoderGraph {
  /** The hidden states after the embeddings and after each layer, each `[tokens, hidden]`. */
  readonly hiddenStates: readonly Tensor[];
  /** The input of heads, `[tokens, hidden]`: the last hidden state, after the encoder's final norm if it has one. */
  readonly output: Tensor;
  /** The start of each sequence and the end of the last one, i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  /** The pooler `tanh(W·first + b)` `[sequences, hidden]`, if the encoder has one. */
  readonly pooled?: (first: Tensor) => Tensor;
}
