import type { EncoderArchitecture, EncoderConfig } from '@scalearn/core';
import type { LinearLayers } from '@scalearn/core/methods';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';
import type { WeightSpec } from '../families/weights.ts';

/** Returns what methods and heads need to know of an encoder, from its configuration alone. */
export function encoderArchitecture(config: EncoderConfig, options: FamilyOptions = {}): EncoderArchitecture {
  const { modelType, layers, hiddenSize, intermediateSize, initializerRange } = config;
  const { attentionDropout, classifierDropout, headOptions } = config;
  const family = familyOf(modelType, options);
  const { prefix, pythonClass, modules, staticHead } = family;
  return {
    ...{ modelType, prefix, layers, hiddenSize, intermediateSize },
    ...(attentionDropout === undefined ? {} : { attentionDropout }),
    ...(headOptions === undefined ? {} : { headOptions }),
    ...{ classifierDropout, initializerRange, modules, staticHead: staticHead(config) },
    ...(pythonClass === undefined ? {} : { pythonClass }),
    ...(isWhole(config) ? { linears: linearLayersOf(family.weights({ ...config, layers: 1 })) } : {}),
  };
}

/** Returns whether a configuration has all fields, not only those that methods and heads use. */
const isWhole = (config: EncoderConfig): config is TransformerConfig => 'vocabSize' in config;

/** Returns the linear layers among the weights of an encoder with one layer. */
function linearLayersOf(weights: readonly WeightSpec[]): readonly LinearLayers[] {
  const keys = new Set(weights.flatMap(({ parts }) => parts));
  return weights
    .filter(({ linear }) => linear)
    .flatMap(({ parts, shape: [rows = 0, inputs = 0] }) =>
      parts.map((part) => ({
        path: part.replace(/\.weight$/, '').replace('.0.', '.*.'),
        ...{ inputs, outputs: rows / parts.length },
        hasBias: keys.has(part.replace(/\.weight$/, '.bias')),
      })),
    );
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
