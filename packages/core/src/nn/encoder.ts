import type { Device, Disposes, HostArray } from '../devices/device.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Dropout } from './dropout.ts';
import type { ParameterSpec } from './parameters.ts';
import type { Sites } from './sites.ts';

/** Sizes and constants of an encoder that methods and heads depend on. */
export interface EncoderShape {
  /** `bert`, `roberta` or `xlm-roberta`. */
  readonly modelType: string;
  /** First part of its keys on disk: `bert`, or `roberta` for RoBERTa and XLM-R. */
  readonly prefix: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  /** Dropout of the classification head. */
  readonly classifierDropout: number;
  /** Dropout of the attention probabilities; unknown for encoders that earlier versions described. */
  readonly attentionDropout?: number;
  /** Deviation of new weights, 0.02. */
  readonly initializerRange: number;
}

/** One text or pair as token ids, special tokens included. */
export interface EncodedText {
  readonly inputIds: ArrayLike<number>;
  readonly tokenTypeIds?: ArrayLike<number>;
}

export interface TruncationOptions {
  /** Largest number of tokens, special tokens included. */
  readonly maxLength: number;
  readonly truncation: 'longestFirst' | 'onlyFirst';
}

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
  /** i32 `[boundaries]`. */
  readonly cuSeqlens: Tensor;
  /** The pooler `tanh(W·first + b)` `[sequences, hidden]`, where the encoder has one. */
  readonly pooled?: (first: Tensor) => Tensor;
}

/** A frozen encoder on a device, with its tokeniser. */
export interface Encoder extends Disposes {
  readonly device: Device;
  /** For people and adapter files: hub name or folder name. */
  readonly name: string;
  readonly shape: EncoderShape;
  /** SHA-256 over configuration and weights: adapters carry it and refuse another encoder. */
  readonly fingerprint: string;
  /** Content of a Hugging Face `config.json` for it, where there can be one; without what heads decide. */
  readonly hubConfig?: Readonly<Record<string, unknown>>;
  /** Its weights, or some of them, as parameters: for methods that train the encoder itself. */
  parameters(wanted?: (name: string) => boolean): Promise<readonly ParameterSpec[]>;
  build(call: EncoderCall): EncoderGraph;
  encode(segments: readonly [string] | readonly [string, string], options: TruncationOptions): EncodedText;
  /** A ragged batch as graph inputs: `inputIds`, `positionIds`, `cuSeqlens`, … */
  feeds(texts: readonly EncodedText[]): Record<string, HostArray>;
}
