import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { type Adapter, nonLinearity } from './adapter.ts';
import { adapterMisfit } from './adapter-fit.ts';
import type { MethodTarget } from './method.ts';
import { isFileName, isName, nameCharacters } from './names.ts';
import { isLora, type SourceAdapter } from './source.ts';

/**
 * T adapters as two matrices per layer (P7): the stacked down-projections and the stacked up-projections. A source's
 * bias `c` becomes an extra bottleneck unit with a constant output: down weights 0, down bias 1, up row `c / act(1)`.
 * The scaled sum of sources is then `(ω ∘ up)ᵀ · act(down·z + b)`. ω's gradient needs no special case for the bias.
 */
export interface SourceStack {
  /** Units of each source, including its bias unit. Narrower sources are padded with units that are always zero. */
  readonly units: number;
  /** The stacked down-projections of each layer. */
  readonly layers: readonly {
    /** `[T·units, hidden]`. */
    readonly down: Float32Array;
    /** `[T·units]`. */
    readonly downBias: Float32Array;
  }[];
  /** `[layers, T, units, hidden]`. */
  readonly up: Float32Array;
}

type SourceTarget = Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>;

/** Checks sources of any kind. @throws ArgumentError if they do not fit the encoder or each other */
export function checkSources(sources: readonly SourceAdapter[], target: SourceTarget): void {
  if (sources.length === 0) throw new ArgumentError('at least one source adapter is needed');
  for (const [t, source] of sources.entries()) {
    const who = `source adapter '${source.name}'`;
    if (!isName(source.name) || isFileName(source.name))
      throw new ArgumentError(
        `${who} has a name that its folder in the model cannot have; rename it (${nameCharacters}, no file extension)`,
      );
    const misfit = adapterMisfit(source, target);
    if (misfit !== undefined) throw new ArgumentError(`${who} ${misfit}`);
    const first = at(sources, 0);
    if (!isLora(source) && !isLora(first) && source.nonLinearity !== first.nonLinearity)
      throw new ArgumentError(
        `${who} uses ${source.nonLinearity}, '${first.name}' uses ${first.nonLinearity}; sources must agree`,
      );
    if (sources.slice(0, t).some((other) => other.name === source.name))
      throw new ArgumentError(`two source adapters are both named '${source.name}'; give each task once`);
  }
}

/** Stacks the sources for an encoder. @throws ArgumentError if they do not fit the encoder or each other */
export function stackSources(sources: readonly Adapter[], target: MethodTarget): SourceStack {
  checkSources(sources, target);
  const { layers, hiddenSize } = target.encoder;
  const first = at(sources, 0);
  const units = Math.max(...sources.map((source) => source.width)) + 1;
  const { atOne } = nonLinearity(first.nonLinearity);
  const up = new Float32Array(layers * sources.length * units * hiddenSize);
  const stacked = Array.from({ length: layers }, (_, layer) => {
    const down = new Float32Array(sources.length * units * hiddenSize);
    const downBias = new Float32Array(sources.length * units);
    for (const [t, source] of sources.entries()) {
      const { width } = source;
      const from = at(source.layers, layer);
      down.set(from.down, t * units * hiddenSize);
      downBias.set(from.downBias, t * units);
      downBias[t * units + width] = 1;
      const base = (layer * sources.length + t) * units * hiddenSize;
      // Not checked per element: sizes were checked on reading, and there are millions of elements.
      for (let k = 0; k < width; k++)
        for (let c = 0; c < hiddenSize; c++) up[base + k * hiddenSize + c] = from.up[c * width + k] as number;
      for (let c = 0; c < hiddenSize; c++) up[base + width * hiddenSize + c] = at(from.upBias, c) / atOne;
    }
    return { down, downBias };
  });
  return { units, layers: stacked, up };
}
