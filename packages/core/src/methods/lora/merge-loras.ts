import { at, known } from '../../elements.ts';
import { ArgumentError } from '../../errors.ts';
import type { MethodTarget } from '../method.ts';
import { finalCoefficients } from '../omega.ts';
import type { ScalearnSettings } from '../scalearn-settings.ts';
import { checkSources } from '../stack-sources.ts';
import type { LoraAdapter, LoraModule } from './lora-adapter.ts';
import { savedHeads } from './module-names.ts';
import { type Projection, projectionsOf } from './projections.ts';

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

/**
 * Returns the LoRA that is equal to the sum of LoRAs, each times its weight: `Σ_t w_t·s_t·B_t·A_t`. It has rank Σ ranks.
 *
 * @param weights a weight for each source
 * @throws ArgumentError if the sources do not fit the encoder or each other
 */
export function sumLoras(
  name: string,
  sources: readonly LoraAdapter[],
  weights: readonly number[],
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
): LoraAdapter {
  checkSources(sources, target);
  const byName = new Map(sources.map((source, t) => [source.name, at(weights, t)]));
  const projections = projectionsOf(sources, target).map((projection) => ({
    ...projection,
    path: `${target.encoder.prefix}.${projection.path}`,
    omega: Float32Array.from(projection.sources, (source) => known(byName, source.name)),
  }));
  // In the order in which its file is read again.
  projections.sort((one, other) => (one.path < other.path ? -1 : 1));
  return mergeLoras(name, projections, { normalization: 'none' }, target.encoderFingerprint);
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
