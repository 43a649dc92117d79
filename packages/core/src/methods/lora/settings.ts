import { checkOptionNames } from '../../arguments.ts';
import { ArgumentError } from '../../errors.ts';
import { shown } from '../../files/shown.ts';
import type { EncoderArchitecture } from '../../nn/architecture.ts';
import { type OptionDefinition, settleOptions } from '../option-definition.ts';
import { loraScaling } from './lora-adapter.ts';
import { diskPath, savedHeads } from './module-names.ts';
import {
  defaultTargets,
  type LoraPattern,
  type LoraTargets,
  patternValue,
  targetLayers,
  targetTest,
} from './targets.ts';

/** Which biases train besides the LoRA: none, those of the adapted layers, or all of the encoder. */
export type LoraBias = 'none' | 'lora_only' | 'all';

/** Options of {@link lora}, with the names and defaults of PEFT's `LoraConfig`. */
export interface LoraOptions extends Partial<Omit<LoraTargets, 'layersPattern'>> {
  /** Rank r of the product B·A; 8 by default. */
  readonly rank?: number;
  /** The product is multiplied by `alpha / rank`; 8 by default. */
  readonly alpha?: number;
  /** Dropout on the input of A, with a mask for each layer; 0 by default. */
  readonly dropout?: number;
  /** Ranks by names or regular expressions for the ends of paths; all have `rank` by default. */
  readonly rankPattern?: LoraPattern;
  /** Alphas, given in the same way; all have `alpha` by default. */
  readonly alphaPattern?: LoraPattern;
  /** Names of the module that contains the layers, for `layersToTransform`; any by default. */
  readonly layersPattern?: readonly string[];
  /** Whether the product is multiplied by `alpha / √rank` (Kalajdzievski 2023); false by default. */
  readonly useRslora?: boolean;
  /** Which biases train too; `none` by default. */
  readonly bias?: LoraBias;
}

/** The options with every default filled in. */
export interface LoraSettings
  extends Required<Omit<LoraOptions, keyof LoraTargets>>,
    Omit<LoraTargets, 'targetModules'> {
  /** See {@link LoraTargets}; undefined for those of the encoder's family. */
  readonly targetModules: LoraTargets['targetModules'] | undefined;
}

/** An adapted linear layer with its rank and scaling. */
export interface LoraLayer {
  /** Path without the encoder's prefix. */
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  readonly alpha: number;
  /** The factor of B·A. */
  readonly scaling: number;
}

/** Largest rank: larger than any encoder's layers. */
export const largestRank = 65536;

/** The options of {@link lora} that are numbers or one of several words. */
export const loraNumbers: {
  readonly rank: OptionDefinition<'whole'> & { readonly default: number };
  readonly alpha: OptionDefinition<'number'> & { readonly default: number };
  readonly dropout: OptionDefinition<'number'> & { readonly default: number };
  readonly bias: OptionDefinition<readonly ['none', 'lora_only', 'all']> & { readonly default: LoraBias };
} = {
  rank: {
    type: 'whole',
    meaning: 'rank of the LoRA',
    default: 8,
    range: { least: 1, most: largestRank },
    flag: '--rank',
  },
  alpha: { type: 'number', meaning: 'the LoRA is multiplied by alpha / rank', default: 8, flag: '--alpha' },
  dropout: {
    type: 'number',
    meaning: 'dropout on the input of the LoRA',
    default: 0,
    range: { least: 0, below: 1 },
    flag: '--lora-dropout',
  },
  bias: {
    type: ['none', 'lora_only', 'all'],
    meaning: 'biases that train besides the LoRA',
    default: 'none',
    flag: '--bias',
  },
};

/** Returns the options with their defaults. @throws ArgumentError for invalid values */
export function settleLora(options: LoraOptions): LoraSettings {
  checkOptionNames('lora', options, [
    ...Object.keys(loraNumbers),
    ...[
      'targetModules',
      'excludeModules',
      'rankPattern',
      'alphaPattern',
      'layersToTransform',
      'layersPattern',
    ],
    ...['useRslora', 'modulesToSave'],
  ]);
  const { targetModules, excludeModules, layersToTransform, layersPattern } = options;
  const { rankPattern = {}, alphaPattern = {}, useRslora = false, modulesToSave = [] } = options;
  checkNames('targetModules', targetModules ?? []);
  checkNames('excludeModules', excludeModules ?? []);
  checkNames('modulesToSave', modulesToSave);
  checkNames('layersPattern', layersPattern ?? []);
  if ([layersToTransform ?? []].flat().some((layer) => !Number.isSafeInteger(layer) || layer < 0))
    throw new ArgumentError(
      `layersToTransform must be numbers of layers from 0, not ${shown(layersToTransform)}`,
    );
  if (layersToTransform !== undefined && typeof targetModules === 'string')
    throw new ArgumentError(
      'layersToTransform needs a list of names in targetModules; a regular expression selects the layers itself',
    );
  for (const [key, rank] of Object.entries(rankPattern))
    if (!(Number.isSafeInteger(rank) && rank > 0 && rank <= largestRank))
      throw new ArgumentError(
        `rankPattern has ${shown(rank)} for ${shown(key)}; a rank is a whole number from 1 to ${largestRank}`,
      );
  for (const [key, alpha] of Object.entries(alphaPattern))
    if (!Number.isFinite(alpha))
      throw new ArgumentError(`alphaPattern has ${shown(alpha)} for ${shown(key)}; an alpha is a number`);
  if (typeof useRslora !== 'boolean')
    throw new ArgumentError(`useRslora must be true or false, not ${shown(useRslora)}`);
  const settings: LoraSettings = {
    ...settleOptions(loraNumbers, options),
    ...{ targetModules, rankPattern, alphaPattern, useRslora, modulesToSave },
    ...(excludeModules === undefined ? {} : { excludeModules }),
    ...(layersToTransform === undefined ? {} : { layersToTransform }),
    ...(layersPattern === undefined ? {} : { layersPattern }),
  };
  // Regular expressions are compiled once, so that errors do not wait for an encoder.
  targetTest({ ...settings, targetModules: targetModules ?? [] });
  patternValue(rankPattern, 'rankPattern');
  patternValue(alphaPattern, 'alphaPattern');
  return settings;
}

function checkNames(what: string, names: unknown): void {
  const isNames = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '');
  const mayBeText = what === 'targetModules' || what === 'excludeModules';
  if (isNames || (mayBeText && typeof names === 'string' && names !== '')) return;
  throw new ArgumentError(
    `${what} must be a list of names${mayBeText ? ' or one regular expression' : ''}, not ${shown(names)}`,
  );
}

/** Returns how the settings select layers of an encoder. PEFT trains and saves the head of every classification model. */
export function targetsOf(settings: LoraSettings, encoder: EncoderArchitecture): LoraTargets {
  const { targetModules = defaultTargets(encoder), modulesToSave } = settings;
  const { excludeModules, layersToTransform, layersPattern } = settings;
  return {
    targetModules,
    ...(excludeModules === undefined ? {} : { excludeModules }),
    ...(layersToTransform === undefined ? {} : { layersToTransform }),
    ...(layersPattern === undefined ? {} : { layersPattern }),
    modulesToSave: [...new Set([...modulesToSave, ...savedHeads])],
  };
}

/** Returns rank, alpha and scaling of a layer by its path. */
export function rankOf({
  rank,
  alpha,
  rankPattern,
  alphaPattern,
  useRslora,
}: Pick<LoraSettings, 'rank' | 'alpha' | 'rankPattern' | 'alphaPattern' | 'useRslora'>): (
  path: string,
) => Pick<LoraLayer, 'rank' | 'alpha' | 'scaling'> {
  const ranks = patternValue(rankPattern, 'rankPattern');
  const alphas = patternValue(alphaPattern, 'alphaPattern');
  return (path) => {
    const own = { rank: ranks(path) ?? rank, alpha: alphas(path) ?? alpha };
    return { ...own, scaling: loraScaling(own, useRslora) };
  };
}

/** Returns the adapted layers of an encoder. @throws ArgumentError if there are none */
export function loraLayers(settings: LoraSettings, encoder: EncoderArchitecture): readonly LoraLayer[] {
  const own = rankOf(settings);
  return targetLayers(targetsOf(settings, encoder), encoder).map((layer) => ({
    ...layer,
    ...own(diskPath(layer.path, encoder)),
  }));
}
