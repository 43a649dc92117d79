import { RandomStream } from '../../src/graph.ts';
import type { Adapter, EncoderArchitecture, SourceAdapter } from '../../src/index.ts';
import { adaptersOf } from '../../src/methods.ts';

/** An adapter with random weights, large enough that every one of them can be seen in the output. */
export function randomAdapter(
  name: string,
  { layers, hiddenSize }: Pick<EncoderArchitecture, 'layers' | 'hiddenSize'>,
  width: number,
  nonLinearity = 'relu',
): Adapter {
  return {
    name,
    hiddenSize,
    width,
    nonLinearity,
    layers: Array.from({ length: layers }, (_, layer) => {
      const values = (what: string, size: number): Float32Array =>
        new RandomStream(0, `${name}/${layer}/${what}`).normal(size, 0, 0.3);
      return {
        down: values('down', width * hiddenSize),
        downBias: values('downBias', width),
        up: values('up', hiddenSize * width),
        upBias: values('upBias', hiddenSize),
      };
    }),
  };
}

/** An adapter that is a bottleneck adapter. @throws ArgumentError if it is not */
export const plainAdapter = (source: SourceAdapter): Adapter => adaptersOf([source])[0]!;
