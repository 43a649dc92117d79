import { ArgumentError } from '../../errors.ts';
import { finalCoefficients } from '../omega.ts';
import type { ScalearnSettings } from '../scalearn-settings.ts';
import type { LoraAdapter, LoraModule } from './lora-adapter.ts';
import { savedHeads } from './module-names.ts';
import type { Projection } from './projections.ts';

/** A linear layer with its sources and their raw coefficients. */
export interface ScaledProjection extends Pick<Projection, 'path' | 'inputs' | 'outputs' | 'sources'> {
  /** ω, `[T, outputs or 1]`. */
  readonly omega: Float32Array;
}

/**
 * Merges scaled LoRAs into one, of rank Σ ranks and scaling 1: A is the sources' rows stacked, B is
 * `[s₁·diag(ω₁)·B₁ … s_T·diag(ω_T)·B_T]`. Equal to their sum up to rounding.
 */
export function mergeLoras(
  name: string,
  projections: readonly ScaledProjection[],
  settings: Pick<ScalearnSettings, 'normalization'>,
  encoderFingerprint: string | undefined,
): LoraAdapter {
  if (projections.length === 0) throw new ArgumentError('merging needs sources and their coefficients');
  const modules = new Map(
    projections.map((projection): [string, LoraModule] => [
      projection.path,
      mergeModule(projection, settings),
    ]),
  );
  return {
    ...{ name, modules, useRslora: false },
    targets: { targetModules: [...modules.keys()], modulesToSave: savedHeads },
    ...(encoderFingerprint === undefined ? {} : { encoderFingerprint }),
  };
}

function mergeModule(
  { inputs, outputs, sources, omega }: ScaledProjection,
  settings: Pick<ScalearnSettings, 'normalization'>,
): LoraModule {
  const final = finalCoefficients(omega, sources.length, settings);
  const stride = omega.length / sources.length;
  const rank = sources.reduce((total, { module }) => total + module.rank, 0);
  const a = new Float32Array(rank * inputs);
  const b = new Float32Array(outputs * rank);
  let from = 0;
  for (const [t, { module, scaling }] of sources.entries()) {
    a.set(module.a, from * inputs);
    // Not checked per element: sizes were checked on reading, and there are millions of elements.
    for (let c = 0; c < outputs; c++) {
      const factor = scaling * (final[t * stride + (stride > 1 ? c : 0)] as number);
      for (let k = 0; k < module.rank; k++)
        b[c * rank + from + k] = factor * (module.b[c * module.rank + k] as number);
    }
    from += module.rank;
  }
  return { a, b, rank, alpha: rank, inputs, outputs };
}
