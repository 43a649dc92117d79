import type { EncoderArchitecture, EncoderConfig } from '@scalearn/core';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';
import type { WeightSpec } from '../families/weights.ts';

/** Returns what methods and heads need to know of an encoder, from its configuration alone. */
export function encoderArchitecture(config: EncoderConfig, options: FamilyOptions = {}): EncoderArchitecture {
  const { modelType, layers, hiddenSize, intermediateSize, initializerRange } = config;
  const { attentionDropout, classifierDropout, headOptions } = config;
  const { prefix, pythonClass, modules, staticHead } = familyOf(modelType, options);
  return {
    ...{ modelType, prefix, layers, hiddenSize, intermediateSize },
    ...(attentionDropout === undefined ? {} : { attentionDropout }),
    ...(headOptions === undefined ? {} : { headOptions }),
    ...{ classifierDropout, initializerRange, modules, staticHead: staticHead(config) },
    ...(pythonClass === undefined ? {} : { pythonClass }),
  };
}

/** Returns all tensors of an encoder: their names, shapes and keys on disk. */
export function encoderWeights(
  config: TransformerConfig,
  options: FamilyOptions = {},
): readonly WeightSpec[] {
  return familyOf(config.modelType, options).weights(config);
}

/**
 * Returns the number of values in an encoder's weights without the optional pooler, which the heads of most tasks do
 * not use.
 */
export function encoderParameterCount(config: TransformerConfig, options: FamilyOptions = {}): number {
  return encoderWeights(config, options)
    .filter(({ optional }) => !optional)
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
