import {
  ArgumentError,
  type Device,
  type DeviceTensor,
  type EncodedText,
  type Encoder,
  type EncoderArchitecture,
  type HostArray,
} from '@scalearn/core';
import { variable } from '@scalearn/core/graph';
import type { EncoderCall, EncoderGraph, ParameterSpec, TruncationOptions } from '@scalearn/core/methods';
import type { TransformerConfig } from '../families/config.ts';
import type { EncoderFamily } from '../families/family.ts';
import type { WeightSpec } from '../families/weights.ts';
import { encoderArchitecture } from './architecture.ts';
import { encoderConfigJson } from './config.ts';
import { GraphConstants } from './constants.ts';
import { encoderFeeds } from './feeds.ts';

/** Turns texts into ids. It is the part of a tokenizer that training needs. */
export interface SegmentEncoder {
  /** Tokenizes a text or a text pair. */
  encode(segments: readonly [string] | readonly [string, string], options: TruncationOptions): EncodedText;
}

export interface TransformerParts {
  readonly name: string;
  readonly source?: string;
  readonly family: EncoderFamily;
  readonly config: TransformerConfig;
  readonly fingerprint: string;
  readonly weights: ReadonlyMap<string, { readonly spec: WeightSpec; readonly tensor: DeviceTensor }>;
  /** Undefined for encoders that are only given ids. */
  readonly tokenizer?: SegmentEncoder;
}

/** A frozen encoder of any family on a device. */
export class TransformerEncoder implements Encoder {
  readonly device: Device;
  readonly name: string;
  readonly source: string | undefined;
  readonly family: EncoderFamily;
  readonly config: TransformerConfig;
  readonly architecture: EncoderArchitecture;
  readonly fingerprint: string;
  readonly #parts: TransformerParts;
  readonly #constants: GraphConstants;

  constructor(device: Device, parts: TransformerParts) {
    this.device = device;
    this.name = parts.name;
    this.source = parts.source;
    this.family = parts.family;
    this.config = parts.config;
    this.architecture = encoderArchitecture(parts.config, { families: [parts.family] });
    this.fingerprint = parts.fingerprint;
    this.#parts = parts;
    this.#constants = new GraphConstants(device);
  }

  get hubConfig(): Record<string, unknown> {
    return encoderConfigJson(this.config, { families: [this.family] });
  }

  async parameters(wanted?: (name: string) => boolean): Promise<readonly ParameterSpec[]> {
    const { prefix } = this.architecture;
    return Promise.all(
      [...this.#parts.weights.values()]
        .filter(({ spec }) => wanted?.(spec.name) ?? true)
        .map(async ({ spec, tensor }) => ({
          name: spec.name,
          shape: spec.shape,
          decay: spec.initial === 'normal',
          parts: spec.parts.map((part) => `${prefix}.${part}`),
          init: { values: Float32Array.from(await tensor.read()) },
        })),
    );
  }

  /** Maximum number of tokens of a text, including special tokens. */
  get maxLength(): number {
    return this.config.maxPositions - this.family.firstPosition(this.config);
  }

  build({ trained: trainedWeight, ...call }: EncoderCall): EncoderGraph {
    const { weights } = this.#parts;
    const weight = (name: string): ReturnType<typeof variable> => {
      const trained = trainedWeight?.(name);
      if (trained) return trained;
      const found = weights.get(name);
      if (!found) throw new ArgumentError(`the encoder '${this.name}' has no weight '${name}'`);
      return variable(found.tensor);
    };
    return this.family.build(this.config, {
      ...{ ...call, weight, has: (name) => weights.has(name) },
      constant: (name, make) => this.#constants.get(name, make),
    });
  }

  /** @throws ArgumentError if the encoder was loaded without a tokenizer */
  encode(segments: readonly [string] | readonly [string, string], options: TruncationOptions): EncodedText {
    const { tokenizer } = this.#parts;
    if (!tokenizer) throw new ArgumentError(`the encoder '${this.name}' was loaded without a tokenizer`);
    const maxLength = Math.min(options.maxLength, this.maxLength);
    const text = tokenizer.encode(segments, { ...options, maxLength });
    // All texts of a data set are kept in memory, so token types are dropped if there is only one.
    return this.config.typeVocabSize > 1 ? text : { inputIds: text.inputIds };
  }

  feeds(texts: readonly EncodedText[]): Record<string, HostArray> {
    return encoderFeeds(this.family, this.config, this.name, texts);
  }

  dispose(): void {
    for (const { tensor } of this.#parts.weights.values()) tensor.dispose();
    this.#constants.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
