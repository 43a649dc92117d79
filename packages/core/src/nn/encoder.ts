import type { Device, HostArray } from '../devices/device.ts';
import type { EncoderArchitecture } from './architecture.ts';
import type { EncoderCall, EncoderGraph } from './encoder-graph.ts';
import type { NamedTensor, ParameterSpec } from './parameters.ts';

/** One text or text pair as token ids, including special tokens. */
export interface EncodedText {
  /** Token ids, `[tokens]`. */
  readonly inputIds: ArrayLike<number>;
  /** Segment of each token, `[tokens]`: 0 or 1; by default all are 0. */
  readonly tokenTypeIds?: ArrayLike<number>;
}

export interface TruncationOptions {
  /** Largest number of tokens, including special tokens. */
  readonly maxLength: number;
  /** Which text of a pair loses tokens if both are too long: the longer one, token by token, or the first. */
  readonly truncation: 'longestFirst' | 'onlyFirst';
}

/** A frozen encoder on a device, with its tokenizer. */
export interface Encoder extends Disposable {
  /** The device that holds its weights. */
  readonly device: Device;
  /** Name in messages and adapter files: hub name or folder name. */
  readonly name: string;
  /** Where it was loaded from: a hub name, a URL or an absolute path; undefined if it was made otherwise. */
  readonly source?: string | undefined;
  /** The properties that methods and heads use. */
  readonly architecture: EncoderArchitecture;
  /** SHA-256 over configuration and weights. Adapters store it and refuse other encoders. */
  readonly fingerprint: string;
  /**
   * Weights of its own static head, by their keys, without those that compute the logits; absent if its checkpoint has
   * none
   */
  readonly headWeights?: ReadonlyMap<string, NamedTensor>;
  /** Content of its Hugging Face `config.json`, if there can be one, without the settings that depend on heads. */
  readonly hubConfig?: Readonly<Record<string, unknown>>;
  /** Returns all or some of its weights as parameters, for methods that train the encoder itself. */
  parameters(wanted?: (name: string) => boolean): Promise<readonly ParameterSpec[]>;
  /** Builds the encoder's graph for a batch, with a method at its sites. */
  build(call: EncoderCall): EncoderGraph;
  /** Tokenizes a text or a text pair. */
  encode(segments: readonly [string] | readonly [string, string], options: TruncationOptions): EncodedText;
  /** Returns a ragged batch as graph inputs: `inputIds`, `positionIds`, `cuSeqlens`, … */
  feeds(texts: readonly EncodedText[]): Record<string, HostArray>;
  /** Frees its weights. `using` does so at the end of a block. */
  dispose(): void;
}
