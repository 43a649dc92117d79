import type { EncoderShape } from '@scalearn/core';
import type { EncoderConfig } from './config.ts';
import { encoderPrefix, weightSpecs } from './weight-names.ts';

/** What methods and heads need to know of an encoder, from its configuration alone. */
export function encoderShape(config: EncoderConfig): EncoderShape {
  const { modelType, layers, hiddenSize, intermediateSize, initializerRange } = config;
  const { attentionDropout, classifierDropout } = config;
  const prefix = encoderPrefix(config);
  return {
    ...{ modelType, prefix, layers, hiddenSize, intermediateSize },
    ...{ attentionDropout, classifierDropout, initializerRange },
  };
}

/** Number of values in an encoder's weights, the pooler left out: the heads of most tasks do without it. */
export function encoderParameterCount(config: EncoderConfig): number {
  return weightSpecs(config)
    .filter(({ optional }) => !optional)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
