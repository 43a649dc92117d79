import type { Adapter, EncoderArchitecture, LoraAdapter, LoraModule } from '@scalearn/core';
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

/** Makes LoRAs of the queries and values with random weights. */
export function randomLoras(
  { layers, hiddenSize, modules: { query = '', value = '' } }: EncoderArchitecture,
  count: number,
  rank: number,
): LoraAdapter[] {
  const paths = Array.from({ length: layers }, (_, layer) =>
    [query, value].map((path) => path.replace('*', String(layer))),
  ).flat();
  return Array.from({ length: count }, (_, t) => {
    const stream = new RandomStream(0, `LoRA ${t}`);
    const draw = (): Float32Array => stream.normal(rank * hiddenSize, 0, 0.02);
    const size = { rank, alpha: rank, inputs: hiddenSize, outputs: hiddenSize };
    return {
      name: `source${t}`,
      modules: new Map(paths.map((path): [string, LoraModule] => [path, { a: draw(), b: draw(), ...size }])),
      useRslora: false,
      targets: { targetModules: ['query', 'value'], modulesToSave: [] },
    };
  });
}
