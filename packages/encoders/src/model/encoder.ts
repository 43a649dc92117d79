import {
  ArgumentError,
  type Device,
  type DeviceTensor,
  type EncodedText,
  type Encoder,
  type EncoderCall,
  type EncoderGraph,
  type EncoderShape,
  type HostArray,
  type ParameterSpec,
  type TruncationOptions,
  variable,
} from '@scalearn/core';
import { buildEncoder } from './build.ts';
import { type EncoderConfig, maxSequenceLength } from './config.ts';
import { configJson } from './config-json.ts';
import { encoderFeeds } from './feeds.ts';
import { encoderShape } from './shape.ts';
import { encoderPrefix, type WeightSpec } from './weight-names.ts';

/** Turns texts into ids; the part of a tokeniser that training needs. */
export interface SegmentEncoder {
  encode(segments: readonly [string] | readonly [string, string], options: TruncationOptions): EncodedText;
}

export interface TransformerParts {
  readonly name: string;
  readonly config: EncoderConfig;
  readonly fingerprint: string;
  readonly weights: ReadonlyMap<string, { readonly spec: WeightSpec; readonly tensor: DeviceTensor }>;
  /** Absent for encoders that are only fed ids. */
  readonly tokenizer?: SegmentEncoder;
}

/** A frozen BERT, RoBERTa or XLM-R on a device. */
export class TransformerEncoder implements Encoder {
  readonly device: Device;
  readonly name: string;
  readonly config: EncoderConfig;
  readonly fingerprint: string;
  readonly #parts: TransformerParts;

  constructor(device: Device, parts: TransformerParts) {
    this.device = device;
    this.name = parts.name;
    this.config = parts.config;
    this.fingerprint = parts.fingerprint;
    this.#parts = parts;
  }

  get shape(): EncoderShape {
    return encoderShape(this.config);
  }

  get hubConfig(): Record<string, unknown> {
    return configJson(this.config);
  }

  async parameters(wanted?: (name: string) => boolean): Promise<readonly ParameterSpec[]> {
    const prefix = encoderPrefix(this.config);
    return Promise.all(
      [...this.#parts.weights.values()]
        .filter(({ spec }) => wanted?.(spec.name) ?? true)
        .map(async ({ spec, tensor }) => ({
          name: spec.name,
          shape: spec.shape,
          decay: spec.decay,
          parts: spec.parts.map((part) => `${prefix}.${part}`),
          init: { values: Float32Array.from(await tensor.read()) },
        })),
    );
  }

  build(call: EncoderCall): EncoderGraph {
    const { weights } = this.#parts;
    const weight = (name: string): ReturnType<typeof variable> => {
      const trained = call.trained?.(name);
      if (trained) return trained;
      const found = weights.get(name);
      if (!found) throw new ArgumentError(`the encoder '${this.name}' has no weight '${name}'`);
      return variable(found.tensor);
    };
    return buildEncoder(this.config, weight, weights.has('pooler.dense.weight'), call);
  }

  /** @throws ArgumentError if the encoder was loaded without a tokeniser */
  encode(segments: readonly [string] | readonly [string, string], options: TruncationOptions): EncodedText {
    const { tokenizer } = this.#parts;
    if (!tokenizer) throw new ArgumentError(`the encoder '${this.name}' was loaded without a tokeniser`);
    const maxLength = Math.min(options.maxLength, maxSequenceLength(this.config));
    const text = tokenizer.encode(segments, { ...options, maxLength });
    // All texts of a data set are kept at once: where there is a single token type, it takes no room.
    return this.config.typeVocabSize > 1 ? text : { inputIds: text.inputIds };
  }

  feeds(texts: readonly EncodedText[]): Record<string, HostArray> {
    return encoderFeeds(this.config, this.name, texts);
  }

  dispose(): void {
    for (const { tensor } of this.#parts.weights.values()) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
