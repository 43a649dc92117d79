import type { Adapter, Method } from '@scalearn/core';
import type { ChosenMethod } from '../options/method.ts';

/**
 * Makes a method that can be described without its source adapters. Only their number matters.
 *
 * @param sources any values, one for each source
 */
export function describedMethod({ entry, options }: ChosenMethod, sources: readonly unknown[] = []): Method {
  const standIns = sources.map(
    (_, i): Adapter => ({
      name: `source-${i}`,
      hiddenSize: 1,
      width: 1,
      nonLinearity: 'relu',
      layers: [],
    }),
  );
  return entry.make(standIns, options);
}
