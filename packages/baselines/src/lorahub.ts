import { type AdapterSource, ArgumentError, type Method } from '@scalearn/core';
import {
  checkOptionNames,
  defineMethod,
  lorasOf,
  type MethodDefinition,
  type MethodReader,
  sourcesOf,
} from '@scalearn/core/methods';
import { combinationReader, combinedSources, shareSettings, sharesOf } from './combination.ts';
import { combineLoras } from './combine-loras.ts';
import { searchOptions } from './lorahub-search.ts';

export interface LorahubOptions {
  /** Trained LoRAs of one rank, one scaling and the same adapted layers. */
  readonly sources: readonly AdapterSource[];
  /** Weight of each source; see `lorahubWeights`. They may be negative and have any sum. */
  readonly weights: readonly number[];
}

/**
 * LoRAHub, stage 2 (Huang et al. 2023, arXiv 2307.13269; docs/reference/methods.md#lorahub). The matrices A and B of the
 * sources are combined apart, with one weight for each source:
 *
 * `y = W·x + b + s·(Σ_t w_t·B_t)·(Σ_t w_t·A_t)·x`
 *
 * The result is one frozen LoRA of the sources' rank. It is not the weighted sum of what the sources do, because it also
 * multiplies matrices of different sources. Only the head trains. `lorahubWeights` finds the weights without gradients.
 *
 * @throws ArgumentError if there is not a weight for each source, and from training for sources that cannot be combined
 */
export function lorahub(options: LorahubOptions): Method {
  checkOptionNames('lorahub', options, ['sources', 'weights']);
  const { weights } = options;
  const sources = sourcesOf(options.sources);
  if (sources.length === 0) throw new ArgumentError('LoRAHub needs source LoRAs');
  if (weights.length !== sources.length)
    throw new ArgumentError(
      `LoRAHub of ${sources.length} sources needs a weight for each, not ${weights.length}`,
    );
  for (const [t, weight] of weights.entries())
    if (!Number.isFinite(weight))
      throw new ArgumentError(`the weight of '${sources[t]?.name}' must be a number, not ${weight}`);
  const shares = sharesOf(sources, weights);
  return combinedSources({
    ...{ ...kind, shares },
    settings: () => shareSettings(shares),
    adapterFor: (target) => combineLoras(lorasOf(sources, 'LoRAHub'), weights, target),
  });
}

const kind = { id: 'lorahub', configFile: 'lorahub_config.json', ofLoras: true } as const;

/** Reads the folder of a combination: a LoRA's folder with the weights of the sources. */
export const lorahubReader: MethodReader = combinationReader(kind, shareSettings);

/** The definition of {@link lorahub}. Before weights are searched it can be described but not trained. */
export const lorahubMethod: MethodDefinition = defineMethod({
  id: kind.id,
  title: 'LoRAHub',
  summary: 'LoRA sources times weights that a search finds; only the head trains',
  kind: 'two-stage',
  reference: {
    paper: 'Huang et al. 2023, arXiv 2307.13269',
    equation: 'y = W·x + b + s·(Σₜ wₜBₜ)·(Σₜ wₜAₜ)·x, w found without gradients',
    file: 'baselines/src/lorahub.ts',
  },
  trains: {
    what: 'a number for each source, by search, and the head',
    where: 'on the matrices of the LoRAs',
    count: '0',
  },
  sources: { least: 1, takes: 'LoRAs' },
  options: {
    weights: { type: 'numbers', meaning: 'of the sources, in their order', defaultMeaning: 'searched' },
    ...searchOptions,
  },
  make: (sources, { weights, ...search }) => {
    if (weights !== undefined) return lorahub({ sources, weights });
    return { ...lorahub({ sources, weights: sources.map(() => 0) }), settings: search };
  },
  reader: lorahubReader,
});
