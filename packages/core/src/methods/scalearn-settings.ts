import { ArgumentError } from '../errors.ts';
import type { EncoderShape } from '../nn/encoder.ts';
import type { AdapterSource } from './adapter.ts';

export const scalearnVariants = ['scalearn', 'scalearn-uniform', 'scalearn++', 'scalearn-uniform++'] as const;
export type ScalearnVariant = (typeof scalearnVariants)[number];

export interface ScalearnOptions {
  /** Frozen adapters, the target's own last. */
  readonly sources: readonly AdapterSource[];
  /** A vector or (uniform) a scalar for each source, per layer or (++) shared by all layers. */
  readonly variant?: ScalearnVariant;
  /** ω starts at N(initScale / T, 0.001²). */
  readonly initScale?: number;
  /** Dropout on ω, one mask per layer and step; the paper's: 0.3, and 0 for uniform++ and the ablations. */
  readonly dropout?: number;
  /** Ablations: ω divided by its sum over sources, or softmax over sources. */
  readonly normalisation?: 'none' | 'mean' | 'softmax';
  /** λ of the penalty `λ/T · Σ_layers Σ_t (1 - mean_j ω[t, j])²`. */
  readonly regularisation?: number;
}

/** The options with every default filled in; stored with the model. */
export interface ScalearnSettings {
  readonly variant: ScalearnVariant;
  readonly vector: boolean;
  readonly shared: boolean;
  readonly initScale: number;
  readonly dropout: number;
  readonly normalisation: 'none' | 'mean' | 'softmax';
  readonly regularisation: number;
}

/** Fills in the paper's defaults and checks the rest. */
export function settleScalearn(options: ScalearnOptions): ScalearnSettings {
  const { variant = 'scalearn', initScale = 2, normalisation = 'none', regularisation = 0 } = options;
  if (!scalearnVariants.includes(variant))
    throw new ArgumentError(
      `there is no ScaLearn variant '${variant}'; there are ${scalearnVariants.join(', ')}`,
    );
  const vector = !variant.includes('uniform');
  const shared = variant.endsWith('++');
  // A mean over sources that were all dropped would be 0/0.
  const without = variant === 'scalearn-uniform++' || normalisation !== 'none';
  const { dropout = without ? 0 : 0.3 } = options;
  if (!(dropout >= 0 && dropout < 1))
    throw new ArgumentError(`dropout must be at least 0 and below 1, not ${dropout}`);
  if (!['none', 'mean', 'softmax'].includes(normalisation))
    throw new ArgumentError(`there is no normalisation '${normalisation}'; there are none, mean, softmax`);
  if (!Number.isFinite(initScale)) throw new ArgumentError(`initScale must be a number, not ${initScale}`);
  if (!(regularisation >= 0 && Number.isFinite(regularisation)))
    throw new ArgumentError(`regularisation must be zero or a positive number, not ${regularisation}`);
  return { variant, vector, shared, initScale, dropout, normalisation, regularisation };
}

/** Keys on disk of ω, one per layer or a single one (docs/reference/formats.md#scalearn). */
export function omegaKeys(
  { prefix, layers }: Pick<EncoderShape, 'prefix' | 'layers'>,
  names: readonly string[],
  shared: boolean,
): string[] {
  const joined = names.join(',');
  if (shared) return [`${prefix}.shared_parameters.${joined}.omega`];
  return Array.from(
    { length: layers },
    (_, i) => `${prefix}.encoder.layer.${i}.output.scalearn_layer.${joined}.omega`,
  );
}
