import type { EncoderShape, Method } from '@scalearn/core';

const common = { modelType: 'roberta', prefix: 'roberta', classifierDropout: 0.1, initializerRange: 0.02 };
/** Sizes of roberta-base, and of xlm-roberta-base. */
export const base: EncoderShape = { ...common, layers: 12, hiddenSize: 768, intermediateSize: 3072 };
/** Sizes of roberta-large, and of xlm-roberta-large. */
export const large: EncoderShape = { ...common, layers: 24, hiddenSize: 1024, intermediateSize: 4096 };

/** Trainable values of a method, heads left out. */
export function parameterCount(
  method: Method,
  encoder: EncoderShape,
  tasks: readonly string[] = ['rte'],
): number {
  const specs = method.parameters({ encoder, adapterName: 'rte', tasks });
  return specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
