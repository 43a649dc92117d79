import {
  crossEntropy,
  type Device,
  type Disposes,
  type Dropout,
  type EncoderGraph,
  type HostArray,
  input,
  type ParameterSpec,
  Parameters,
  selectTokens,
  type Tensor,
} from '@scalearn/core';
import { buildEncoder } from '../model/build.ts';
import type { EncoderConfig } from '../model/config.ts';
import { encoderFeeds } from '../model/feeds.ts';
import { encoderPrefix, weightSpecs } from '../model/weight-names.ts';
import { maskedLMHeadParameters, maskedLMLogits } from './head.ts';
import type { MaskedBatch } from './mask-tokens.ts';

export interface MaskedLMOptions {
  readonly device: Device;
  readonly config: EncoderConfig;
  /** Draws the first weights; 0 by default. */
  readonly seed?: number;
  /** Weights to begin with instead, by the names of parameters. */
  readonly weights?: ReadonlyMap<string, Float32Array>;
}

export interface MaskedLMGraph extends EncoderGraph {
  /** `[masked, vocabulary]`. */
  readonly logits: Tensor;
  /** Mean cross-entropy of the masked tokens, `[]`. */
  readonly loss: Tensor;
}

/** An encoder with a masked-language-modelling head, all of it trainable. */
export class MaskedLanguageModel implements Disposes {
  readonly device: Device;
  readonly config: EncoderConfig;
  readonly parameters: Parameters;

  /** Weights that are not given are drawn as BERT's were. There is no pooler: nothing would train it. */
  constructor({ device, config, seed = 0, weights }: MaskedLMOptions) {
    this.device = device;
    this.config = config;
    const specs = [...encoderParameters(config), ...maskedLMHeadParameters(config)].map((spec) => {
      const values = weights?.get(spec.name);
      return values ? { ...spec, init: { values } } : spec;
    });
    this.parameters = new Parameters(device, specs, seed);
  }

  /** The graph; reads the inputs of {@link feeds}. With dropout when it is given. */
  build(dropout?: Dropout): MaskedLMGraph {
    const parameter = (name: string): Tensor => this.parameters.tensor(name);
    const graph = buildEncoder(this.config, parameter, false, {
      sites: {},
      ...(dropout ? { dropout } : {}),
    });
    const positions = input('maskedPositions', ['masked'], 'i32');
    const hidden = selectTokens(graph.hiddenStates.at(-1) as Tensor, positions);
    const logits = maskedLMLogits(this.config, hidden, parameter);
    return { ...graph, logits, loss: crossEntropy(logits, input('labels', ['masked'], 'i32')) };
  }

  /** A masked batch as graph inputs. */
  feeds({ texts, positions, labels }: MaskedBatch): Record<string, HostArray> {
    return { ...encoderFeeds(this.config, 'model', texts), maskedPositions: positions, labels };
  }

  dispose(): void {
    this.parameters.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** An encoder's weights as parameters: N(0, initializerRange²), zeros for biases, ones for layer norms. */
function encoderParameters(config: EncoderConfig): ParameterSpec[] {
  const prefix = encoderPrefix(config);
  return weightSpecs(config)
    .filter((spec) => !spec.optional)
    .map(({ name, shape, decay, parts }) => ({
      name,
      shape,
      decay,
      parts: parts.map((part) => `${prefix}.${part}`),
      init: decay
        ? { mean: 0, deviation: config.initializerRange }
        : { constant: name.endsWith('LayerNorm.weight') ? 1 : 0 },
    }));
}
