import type { Adapter, Method } from '@scalearn/core';
import type { ChosenMethod } from '../options/method.ts';

/**
 * A method that says what it is, without the adapters it will use: they stand for their number alone.
 *
 * @param sources anything, one for each source
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
