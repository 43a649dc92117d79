import type { EncoderArchitecture, Method } from '@scalearn/core';
import { architecture } from '../../core/test/methods/architecture.ts';

/** Sizes of roberta-base, and of xlm-roberta-base. */
export const base: EncoderArchitecture = architecture('roberta', {
  ...{ layers: 12, hiddenSize: 768, intermediateSize: 3072 },
});
/** Sizes of roberta-large, and of xlm-roberta-large. */
export const large: EncoderArchitecture = architecture('roberta', {
  ...{ layers: 24, hiddenSize: 1024, intermediateSize: 4096 },
});

/** Trainable values of a method, heads left out. */
export function parameterCount(
  method: Method,
  encoder: EncoderArchitecture,
  tasks: readonly string[] = ['rte'],
): number {
  const specs = method.parameters({ encoder, adapterName: 'rte', tasks });
  return specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
