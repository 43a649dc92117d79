import { checkOptionNames } from '../arguments.ts';
import { ArgumentError } from '../errors.ts';
import { type EncoderArchitecture, modulePath } from '../nn/architecture.ts';
import type { MethodDefaults } from './method.ts';
import { type OptionDefinition, settleOptions } from './option-definition.ts';
import { type AdapterSource, describeAdapter, type SourceAdapter } from './source.ts';

export const scalearnVariants = ['scalearn', 'scalearn-uniform', 'scalearn++', 'scalearn-uniform++'] as const;
export type ScalearnVariant = (typeof scalearnVariants)[number];

export interface ScalearnOptions {
  /** Frozen source adapters, all of them bottleneck adapters or all LoRAs. The target task's own adapter is last. */
  readonly sources: readonly AdapterSource[];
  /**
   * ω is a vector or (uniform) a scalar for each source, per layer or (++) shared by all layers; `scalearn` by
   * default.
   */
  readonly variant?: ScalearnVariant;
  /** ω starts at N(initScale / T, 0.001²); 2 by default. */
  readonly initScale?: number;
  /**
   * Dropout on ω, one mask per layer and step; 0.3 by default as in the paper, and 0 for uniform++ and with a
   * normalization.
   */
  readonly dropout?: number;
  /** Ablations: ω divided by its sum over sources, or softmax over sources; `none` by default. */
  readonly normalization?: 'none' | 'mean' | 'softmax';
  /** λ of the penalty `λ/T · Σ_layers Σ_t (1 - mean_j ω[t, j])²`; 0 by default. */
  readonly regularization?: number;
}

/** The options with every default filled in; stored with the model. */
export interface ScalearnSettings extends Required<Omit<ScalearnOptions, 'sources'>> {
  /** Whether ω has a value for each dimension of the hidden states. */
  readonly vector: boolean;
  /** Whether all layers share ω. */
  readonly shared: boolean;
}

/** Options of ω with the paper's defaults. */
export type OmegaOptions = {
  readonly initScale: OptionDefinition<'number'> & { readonly default: number };
  readonly dropout: OptionDefinition<'number'> & { readonly default: number };
  readonly normalization: OptionDefinition<readonly ['none', 'mean', 'softmax']> & {
    readonly default: 'none';
  };
  readonly regularization: OptionDefinition<'number'> & { readonly default: number };
};

/** Returns the options of a variant other than its sources. */
export function omegaOptions(variant: ScalearnVariant): OmegaOptions {
  const isSmallest = variant === 'scalearn-uniform++';
  return {
    initScale: {
      type: 'number',
      meaning: 'ω starts at this value divided by the number of sources',
      default: 2,
      flag: '--omega-init-scale',
    },
    dropout: {
      type: 'number',
      meaning: 'dropout on ω',
      default: isSmallest ? 0 : 0.3,
      ...(isSmallest ? {} : { defaultMeaning: '0.3, or 0 with a normalization' }),
      range: { least: 0, below: 1 },
      flag: '--omega-dropout',
    },
    normalization: {
      type: ['none', 'mean', 'softmax'],
      meaning: 'normalization of ω over the sources',
      default: 'none',
      flag: '--omega-normalization',
    },
    regularization: {
      type: 'number',
      meaning: 'strength of the penalty that pulls ω toward 1',
      default: 0,
      range: { least: 0 },
      flag: '--omega-regularization',
    },
  };
}

/** Checks the options and fills in the paper's defaults. */
export function settleScalearn(options: ScalearnOptions): ScalearnSettings {
  checkOptionNames('scalearn', options, ['sources', 'variant', ...Object.keys(omegaOptions('scalearn'))]);
  const { variant = 'scalearn' } = options;
  if (!scalearnVariants.includes(variant))
    throw new ArgumentError(
      `there is no ScaLearn variant '${variant}'; there are ${scalearnVariants.join(', ')}`,
    );
  const settled = settleOptions(omegaOptions(variant), options);
  const { initScale, normalization, regularization } = settled;
  const vector = !variant.includes('uniform');
  const shared = variant.endsWith('++');
  // If all sources were dropped, a mean would be 0/0.
  const dropout = normalization === 'none' ? settled.dropout : (options.dropout ?? 0);
  return { variant, vector, shared, initScale, dropout, normalization, regularization };
}

/** The paper's training settings for all variants. */
export const scalearnDefaults: MethodDefaults = {
  learningRate: 6e-3,
  epochs: 30,
  patience: 30,
  weightDecay: 0,
  evalBatchSize: 128,
};

/** Returns what decides the results of a run. The ids of stored runs depend on this spelling. */
export function runSettings(
  settings: ScalearnSettings,
  sources: readonly SourceAdapter[],
): Readonly<Record<string, unknown>> {
  const { normalization: normalisation, regularization: regularisation, ...others } = settings;
  return { ...others, normalisation, regularisation, sources: sources.map(describeAdapter) };
}

/** Returns the keys of ω, one per layer or a single one (docs/reference/formats.md#scalearn). */
export function omegaKeys(encoder: EncoderArchitecture, names: readonly string[], shared: boolean): string[] {
  const joined = names.join(',');
  if (shared) return [`${encoder.prefix}.shared_parameters.${joined}.omega`];
  return Array.from(
    { length: encoder.layers },
    (_, i) => `${modulePath(encoder, 'layerOutput', i)}.scalearn_layer.${joined}.omega`,
  );
}
