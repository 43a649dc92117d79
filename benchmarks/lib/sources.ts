import type { Adapter, EncoderArchitecture } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';

/** Makes adapters with random weights. The cost of a step does not depend on the values of the weights. */
export function randomSources(
  { layers, hiddenSize }: EncoderArchitecture,
  count: number,
  width: number,
): Adapter[] {
  return Array.from({ length: count }, (_, t) => {
    const stream = new RandomStream(0, `source ${t}`);
    const draw = (size: number): Float32Array => stream.normal(size, 0, 0.02);
    return {
      name: `source${t}`,
      hiddenSize,
      width,
      nonLinearity: 'relu',
      layers: Array.from({ length: layers }, () => ({
        down: draw(width * hiddenSize),
        downBias: draw(width),
        up: draw(hiddenSize * width),
        upBias: draw(hiddenSize),
      })),
    };
  });
}
