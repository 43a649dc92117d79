import { at as elementAt } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import type { Adapter, AdapterLayer } from './adapter.ts';
import { finalCoefficients } from './omega.ts';
import type { ScalearnSettings } from './scalearn-settings.ts';

type Normalization = Pick<ScalearnSettings, 'normalization'>;

/**
 * Merges a ScaLearn model into one bottleneck adapter of width Σ widths: `W_down` = the sources' rows stacked, `W_up` =
 * `[diag(ω₁)·W_up,1 … diag(ω_T)·W_up,T]`, `b_up = Σ_t ω_t ⊙ b_up,t` (P7). Equal to the model up to rounding.
 *
 * @param omegas raw ω per layer, `[T, hidden or 1]` each; a single element is shared by all layers
 */
export function mergeAdapters(
  name: string,
  sources: readonly Adapter[],
  omegas: readonly Float32Array[],
  settings: Normalization,
): Adapter {
  const [first] = sources;
  if (!first || omegas.length === 0) throw new ArgumentError('merging needs sources and their coefficients');
  const { hiddenSize } = first;
  const width = sources.reduce((n, source) => n + source.width, 0);
  const layers = first.layers.map((_, i): AdapterLayer => {
    const omega = finalCoefficients(elementAt(omegas, omegas.length === 1 ? 0 : i), sources.length, settings);
    const stride = omega.length / sources.length;
    const down = new Float32Array(width * hiddenSize);
    const downBias = new Float32Array(width);
    const up = new Float32Array(hiddenSize * width);
    const upBias = new Float64Array(hiddenSize);
    let at = 0;
    for (const [t, source] of sources.entries()) {
      const layer = elementAt(source.layers, i);
      down.set(layer.down, at * hiddenSize);
      downBias.set(layer.downBias, at);
      // Not checked per element: sizes were checked on reading, and there are millions of elements.
      for (let c = 0; c < hiddenSize; c++) {
        const scale = omega[t * stride + (stride > 1 ? c : 0)] as number;
        for (let k = 0; k < source.width; k++)
          up[c * width + at + k] = scale * (layer.up[c * source.width + k] as number);
        upBias[c] = (upBias[c] as number) + scale * (layer.upBias[c] as number);
      }
      at += source.width;
    }
    return { down, downBias, up, upBias: Float32Array.from(upBias) };
  });
  const { nonLinearity, encoderFingerprint } = first;
  return { name, hiddenSize, width, nonLinearity, layers, encoderFingerprint };
}
