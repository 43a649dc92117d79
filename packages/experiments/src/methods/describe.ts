import type { Adapter, Method } from '@scalearn/core';
import {
  encoderArchitecture,
  encoderParameterCount,
  type FamilyOptions,
  type TransformerConfig,
} from '@scalearn/encoders';
import type { ChosenMethod } from './registry.ts';

/**
 * Makes a method that can be described without its source adapters. Only their number matters.
 *
 * @param sources any values, one for each source
 */
export function describedMethod({ entry, options }: ChosenMethod, sources: readonly unknown[] = []): Method {
  const blank = { hiddenSize: 1, width: 1, nonLinearity: 'relu', layers: [] } as const;
  const standIns = sources.map((_, i): Adapter => ({ name: `source-${i}`, ...blank }));
  return entry.make(standIns, options);
}

/** Counts the trainable values of a method without heads, from an encoder's configuration alone. */
export function countParameters(
  method: Method,
  config: TransformerConfig,
  { tasks, ...known }: FamilyOptions & { readonly tasks: number },
): number {
  const names = Array.from({ length: method.kind === 'joint' ? tasks : 1 }, (_, i) => `task-${i}`);
  const encoder = encoderArchitecture(config, known);
  const specs = method.parameters({ encoder, adapterName: 'adapter', tasks: names });
  const own = specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return own + (method.trainsEncoder === true ? encoderParameterCount(config, known) : 0);
}
