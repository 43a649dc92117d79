import type { Device, Disposes, HostArray } from '../devices/device.ts';
import type { EncoderArchitecture } from './architecture.ts';
import type { EncoderCall, EncoderGraph } from './encoder-graph.ts';
import type { ParameterSpec } from './parameters.ts';

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

/** A frozen encoder on a device, with its tokenizer. */
export interface Encoder extends Disposes {
  readonly device: Device;
  /** For people and adapter files: hub name or folder name. */
  readonly name: string;
  /** What methods and heads need to know of it. */
  readonly architecture: EncoderArchitecture;
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
