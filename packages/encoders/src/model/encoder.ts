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
    const { modelType, layers, hiddenSize, intermediateSize, classifierDropout, initializerRange } =
      this.config;
    const prefix = encoderPrefix(this.config);
    return { modelType, prefix, layers, hiddenSize, intermediateSize, classifierDropout, initializerRange };
  }

  async parameters(): Promise<readonly ParameterSpec[]> {
    const prefix = encoderPrefix(this.config);
    return Promise.all(
      [...this.#parts.weights.values()].map(async ({ spec, tensor }) => ({
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
    return tokenizer.encode(segments, { ...options, maxLength });
  }

  feeds(texts: readonly EncodedText[]): Record<string, HostArray> {
    const tokens = texts.reduce((n, text) => n + text.inputIds.length, 0);
    const inputIds = new Int32Array(tokens);
    const positionIds = new Int32Array(tokens);
    const tokenTypeIds = new Int32Array(tokens);
    const cuSeqlens = new Int32Array(texts.length + 1);
    // RoBERTa counts positions from the padding id + 1.
    const first = this.config.modelType === 'bert' ? 0 : this.config.padTokenId + 1;
    const longest = maxSequenceLength(this.config);
    const { typeVocabSize } = this.config;
    const usesTypes = typeVocabSize > 1;
    if (texts.length === 0) throw new ArgumentError('a batch needs at least one sequence');
    for (const [s, text] of texts.entries()) {
      const begin = cuSeqlens[s] as number;
      const { length } = text.inputIds;
      if (length === 0 || length > longest)
        throw new ArgumentError(
          `a sequence of ${length} tokens does not fit: '${this.name}' takes 1 to ${longest}`,
        );
      cuSeqlens[s + 1] = begin + length;
      for (let i = 0; i < length; i++) {
        const id = text.inputIds[i] as number;
        if (!(id >= 0 && id < this.config.vocabSize))
          throw new ArgumentError(`token id ${id} is outside the vocabulary of ${this.config.vocabSize}`);
        const type = text.tokenTypeIds?.[i] ?? 0;
        if (usesTypes && !(type >= 0 && type < typeVocabSize))
          throw new ArgumentError(
            `token type ${type} is not one of '${this.name}', which has ${typeVocabSize}`,
          );
        inputIds[begin + i] = id;
        positionIds[begin + i] = first + i;
        tokenTypeIds[begin + i] = type;
      }
    }
    return { inputIds, positionIds, cuSeqlens, ...(usesTypes ? { tokenTypeIds } : {}) };
  }

  dispose(): void {
    for (const { tensor } of this.#parts.weights.values()) tensor.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
