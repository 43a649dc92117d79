import {
  ArgumentError,
  type Device,
  type DeviceTensor,
  type EncodedText,
  type Encoder,
  type EncoderArchitecture,
  type HostArray,
  type NamedTensor,
} from '@scalearn/core';
import { concat, split, type Tensor, variable } from '@scalearn/core/graph';
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
  readonly weights: ReadonlyMap<string, StoredWeight>;
  /** See {@link Encoder.headWeights}. */
  readonly headWeights?: ReadonlyMap<string, NamedTensor>;
  /** Undefined for encoders that are only given ids. */
  readonly tokenizer?: SegmentEncoder;
}

/** A weight on the device. */
interface StoredWeight {
  readonly spec: WeightSpec;
  readonly tensor: DeviceTensor;
}

const partShape = ({ shape: [rows = 1, ...rest], parts }: WeightSpec): readonly number[] => [
  rows / parts.length,
  ...rest,
];

/** Returns a weight, in which those of its stacked parts are replaced that are trained by their own names. */
function withTrainedParts(
  { spec, tensor }: StoredWeight,
  trained: (name: string) => Tensor | undefined,
): Tensor {
  const whole = variable(tensor);
  const parts = spec.parts.map((part) => (part === spec.name ? undefined : trained(part)));
  if (parts.every((part) => part === undefined)) return whole;
  const [rows = 1] = partShape(spec);
  const frozen = split(whole, Array<number>(parts.length).fill(rows));
  return concat(parts.map((part, i) => part ?? (frozen[i] as Tensor)));
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
  readonly headWeights?: ReadonlyMap<string, NamedTensor>;
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
    if (parts.headWeights) this.headWeights = parts.headWeights;
    this.#parts = parts;
    this.#constants = new GraphConstants(device);
  }

  get hubConfig(): Record<string, unknown> {
    return encoderConfigJson(this.config, { families: [this.family] });
  }

  async parameters(wanted?: (name: string) => boolean): Promise<readonly ParameterSpec[]> {
    const { prefix } = this.architecture;
    const found = [...this.#parts.weights.values()].map(async ({ spec, tensor }) => {
      const { name, shape, parts } = spec;
      const whole = wanted?.(name) ?? true;
      const some = whole ? [] : parts.filter((part) => part !== name && wanted?.(part));
      if (!whole && some.length === 0) return [];
      if (tensor.storage === 'int8')
        throw new ArgumentError(
          `'${name}' cannot be trained, because it is stored in 8 bits; load the encoder with the storage f32, or use the precision f32`,
        );
      const values = Float32Array.from(await tensor.read());
      const decay = spec.initial === 'normal';
      const onDisk = (part: string): string => `${prefix}.${part}`;
      const fixed = spec.fixed ? { rate: 0 } : {};
      if (whole) return [{ name, shape, decay, parts: parts.map(onDisk), init: { values }, ...fixed }];
      const size = values.length / parts.length;
      return some.map((part) => {
        const begin = parts.indexOf(part) * size;
        const own = partShape(spec);
        return {
          ...{ name: part, shape: own, decay, parts: [onDisk(part)] },
          init: { values: values.slice(begin, begin + size) },
        };
      });
    });
    return (await Promise.all(found)).flat();
  }

  /** Maximum number of tokens of a text, including special tokens. */
  get maxLength(): number {
    return this.config.maxPositions - this.family.firstPosition(this.config);
  }

  build({ trained = () => undefined, sites, dropout }: EncoderCall): EncoderGraph {
    const { weights } = this.#parts;
    const stored = (name: string): StoredWeight => {
      const found = weights.get(name);
      if (found) return found;
      throw new ArgumentError(`the encoder '${this.name}' has no weight '${name}'`);
    };
    const weight = (name: string): Tensor => trained(name) ?? withTrainedParts(stored(name), trained);
    return this.family.build(this.config, {
      ...{ sites, weight, has: (name) => weights.has(name) },
      constant: (name, make) => this.#constants.get(name, make),
      ...(dropout ? { dropout } : {}),
      ...(sites.linear
        ? {
            adapt: (name, output, input) => {
              const parts = stored(`${name}.weight`).spec.parts.map((part) => part.replace(/\.weight$/, ''));
              return sites.linear?.(output, { input, parts }) ?? output;
            },
          }
        : {}),
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
