import {
  type Adapter,
  type AdapterSource,
  ArgumentError,
  type Method,
  type SourceAdapter,
} from '@scalearn/core';
import {
  adaptersOf,
  checkOptionNames,
  checkSources,
  defineMethod,
  describeAdapter,
  type MethodDefinition,
  type MethodReader,
  type OptionDefinitions,
} from '@scalearn/core/methods';
import { combinationReader, combinedSources, type Share } from './combination.ts';
import { soupRowOptions } from './soup-rows.ts';
import { averageAdapters, soupWeights, topKOption } from './soup-weights.ts';

export type AdapterSoupOptions = {
  /** Trained adapters of equal sizes, including the target's own. */
  readonly sources: readonly AdapterSource[];
} & (
  | {
      /** Similarity of each source's texts to the target's; see `textSimilarity`. */
      readonly similarities: readonly number[];
      /** Number of sources in the soup, including the target's own. Default 5, as in the paper. */
      readonly topK?: number;
    }
  | {
      /** Weights of the sources. They sum to 1. */
      readonly weights: readonly number[];
    }
);

/** Options that determine the weights if none are given. */
const methodOptions = {
  topK: topKOption,
  similarities: {
    type: 'numbers',
    meaning: "of the sources' texts to the target's",
    defaultMeaning: 'measured',
    range: { least: 0 },
  },
  sentenceEncoder: {
    type: 'text',
    meaning: 'hub name or folder of the encoder that embeds the texts',
    defaultMeaning: 'the encoder itself',
  },
  ...soupRowOptions,
} as const satisfies OptionDefinitions;

/**
 * AdapterSoup, stage 2: averages the weights of the sources, not their outputs (Chronopoulou et al. 2023, arXiv
 * 2302.07027; docs/reference/methods.md#adaptersoup). For sources with parameters θ_t and similarities s_t to the
 * target, the K most similar sources give
 *
 * `θ = Σ_t w_t·θ_t`, `w_t = s_t / Σ_{kept} s`
 *
 * in every weight and bias, down `[m, hidden]` and up `[hidden, m]` of all layers. The averaged adapter is frozen. Only
 * the head trains.
 */
export function adapterSoup(options: AdapterSoupOptions): Method {
  checkOptionNames('adapterSoup', options, ['sources', 'weights', 'similarities', 'topK']);
  const sources = adaptersOf(options.sources, 'AdapterSoup');
  const weights = 'weights' in options ? options.weights : soupWeights(options.similarities, options.topK);
  checkWeights(sources, weights);
  const shares = sources.map(({ name }, t) => ({ name, weight: weights[t] as number }));
  return soupOf(averageAdapters('soup', sources, weights), shares);
}

/** Returns the method for an averaged adapter. */
function soupOf(adapter: Adapter, shares: readonly Share[]): Method {
  return combinedSources({
    ...{ ...kind, shares },
    settings: () => soupSettings(shares, adapter),
    adapterFor: (target) => {
      checkSources([adapter], target);
      return adapter;
    },
  });
}

const kind = { id: 'adapter-soup', configFile: 'soup_config.json', ofLoras: false } as const;

const soupSettings = (shares: readonly Share[], adapter: SourceAdapter): Record<string, unknown> => ({
  shares,
  adapter: describeAdapter({ ...adapter, name: 'soup' }),
});

function checkWeights(sources: readonly Adapter[], weights: readonly number[]): void {
  if (sources.length === 0) throw new ArgumentError('a soup needs source adapters');
  if (weights.length !== sources.length)
    throw new ArgumentError(
      `a soup of ${sources.length} sources needs a weight or a similarity for each, not ${weights.length}`,
    );
  const names = sources.map(({ name }) => name);
  const twice = names.find((name, t) => names.indexOf(name) < t);
  if (twice !== undefined)
    throw new ArgumentError(`two source adapters are both named '${twice}'; give each task once`);
  for (const [t, weight] of weights.entries())
    if (!(weight >= 0))
      throw new ArgumentError(`the weight of '${names[t]}' must be 0 or above, not ${weight}`);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(Math.abs(total - 1) < 1e-6)) throw new ArgumentError(`the weights must add up to 1, not ${total}`);
}

/** Reads the folder of a soup: an adapter's folder with the shares of the sources. */
export const adapterSoupReader: MethodReader = combinationReader(kind, soupSettings);

/**
 * The definition of {@link adapterSoup} for lists of methods. Before similarities are measured it can be described but
 * not trained.
 */
export const adapterSoupMethod: MethodDefinition = defineMethod({
  id: 'adapter-soup',
  title: 'AdapterSoup',
  summary: 'an average of the sources; only the head trains',
  kind: 'two-stage',
  reference: {
    paper: 'Chronopoulou et al. 2023, arXiv 2302.07027',
    equation: "y = LN₂(up(z) + h + x), its tensors Σₜ wₜ θₜ, w from the similarity of the tasks' texts",
    file: 'baselines/src/adapter-soup.ts',
  },
  trains: { what: 'the head alone', where: 'one average of the sources', count: '0' },
  sources: { least: 1 },
  options: methodOptions,
  make: (sources, { similarities, topK, ...rest }) => {
    if (similarities !== undefined) return adapterSoup({ sources, similarities, topK });
    const weights = sources.map(() => 1 / sources.length);
    const described = adapterSoup({ sources, weights });
    return { ...described, settings: { topK: topK ?? topKOption.default, ...rest } };
  },
  reader: adapterSoupReader,
});
