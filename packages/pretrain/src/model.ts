import type { Device, HostArray } from '@scalearn/core';
import { crossEntropy, input, selectTokens, type Tensor } from '@scalearn/core/graph';
import { type Dropout, type EncoderGraph, type ParameterSpec, Parameters } from '@scalearn/core/methods';
import {
  type EncoderFamily,
  encoderFeeds,
  type FamilyOptions,
  familyOf,
  GraphConstants,
  type TransformerConfig,
} from '@scalearn/encoders';
import { maskedLMHead, maskedLMHeadParameters, maskedLMLogits } from './head.ts';
import type { MaskedBatch } from './masking.ts';

export interface MaskedLMOptions extends FamilyOptions {
  /** The device to create the model on. */
  readonly device: Device;
  /** Configuration of the encoder. */
  readonly config: TransformerConfig;
  /** Seed of the initial weights. Default 0. */
  readonly seed?: number;
  /** Initial weights by parameter name. Weights not given are drawn; by default all are drawn */
  readonly weights?: ReadonlyMap<string, Float32Array>;
}

export interface MaskedLMGraph extends EncoderGraph {
  /** `[masked, vocabulary]`. */
  readonly logits: Tensor;
  /** Mean cross-entropy of the masked tokens, `[]`. */
  readonly loss: Tensor;
}

/** An encoder with a masked-language-modeling head. All weights are trainable. */
export class MaskedLanguageModel implements Disposable {
  readonly device: Device;
  readonly config: TransformerConfig;
  readonly family: EncoderFamily;
  readonly parameters: Parameters;
  readonly #constants: GraphConstants;

  /**
   * Makes a model. Weights that are not given are initialized as in BERT. There is no pooler, because nothing would
   * train it.
   *
   * @throws EncoderConfigError for a family without a head for masked tokens
   */
  constructor({ device, config, seed = 0, weights, ...options }: MaskedLMOptions) {
    this.device = device;
    this.config = config;
    this.#constants = new GraphConstants(device);
    this.family = familyOf(config.modelType, options);
    const specs = [
      ...encoderParameters(this.family, config),
      ...maskedLMHeadParameters(maskedLMHead(this.family), config),
    ].map((spec) => {
      const values = weights?.get(spec.name);
      return values ? { ...spec, init: { values } } : spec;
    });
    this.parameters = new Parameters(device, specs, seed);
  }

  /** Builds the graph on the inputs of {@link feeds}. Dropout is applied if it is given. */
  build(dropout?: Dropout): MaskedLMGraph {
    const { parameters, family, config } = this;
    const weight = (name: string): Tensor => parameters.tensor(name);
    const graph = family.build(config, {
      ...{ weight, has: (name) => parameters.has(name), sites: {} },
      constant: (name, make) => this.#constants.get(name, make),
      ...(dropout ? { dropout } : {}),
    });
    const hidden = selectTokens(graph.output, input('maskedPositions', ['masked'], 'i32'));
    const logits = maskedLMLogits(maskedLMHead(family), config, hidden, weight);
    return { ...graph, logits, loss: crossEntropy(logits, input('labels', ['masked'], 'i32')) };
  }

  /** Returns a masked batch as graph inputs. */
  feeds({ texts, positions, labels }: MaskedBatch): Record<string, HostArray> {
    return { ...encoderFeeds(this.family, this.config, 'model', texts), maskedPositions: positions, labels };
  }

  dispose(): void {
    this.parameters.dispose();
    this.#constants.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Returns an encoder's weights as parameters: N(0, initializerRange²), zeros for biases, ones for layer norms. */
function encoderParameters(family: EncoderFamily, config: TransformerConfig): ParameterSpec[] {
  return family
    .weights(config)
    .filter((spec) => !spec.optional)
    .map(({ name, shape, initial, parts }) => ({
      name,
      shape,
      decay: initial === 'normal',
      parts: parts.map((part) => `${family.prefix}.${part}`),
      init:
        initial === 'normal'
          ? { mean: 0, deviation: config.initializerRange }
          : { constant: initial === 'ones' ? 1 : 0 },
    }));
}
