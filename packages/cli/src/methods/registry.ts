import {
  adapterFusion,
  adapterM,
  compacter,
  hyperformer,
  hyperformerVariants,
  ia3,
} from '@scalearn/baselines';
import { bottleneck, type ScalearnVariant, scalearn, scalearnVariants } from '@scalearn/core';
import { suggest } from '@scalearn/datasets';
import { UsageError } from '../errors.ts';
import type { MethodEntry } from './entry.ts';
import type { MethodOption } from './method-option.ts';

const reductionFactor: MethodOption = {
  kind: 'number',
  text: 'hidden size over bottleneck width (default: 16)',
  flag: '--reduction-factor',
};

const nonLinearity: MethodOption = {
  kind: ['relu', 'gelu', 'gelu_new', 'tanh', 'sigmoid'],
  text: 'of the bottleneck (default: relu)',
};

const omega: Readonly<Record<string, MethodOption>> = {
  initScale: {
    kind: 'number',
    text: 'ω starts at it over the number of sources',
    flag: '--omega-init-scale',
  },
  dropout: { kind: 'number', text: 'dropout on ω', flag: '--omega-dropout' },
  normalisation: {
    kind: ['none', 'mean', 'softmax'],
    text: 'of ω over the sources',
    flag: '--omega-normalisation',
  },
  regularisation: {
    kind: 'number',
    text: 'strength of the pull of ω towards 1',
    flag: '--omega-regularisation',
  },
};

const scalearnSummaries: Readonly<Record<ScalearnVariant, string>> = {
  scalearn: 'a coefficient for each source, layer and dimension',
  'scalearn-uniform': 'a coefficient for each source and layer',
  'scalearn++': 'a coefficient for each source and dimension',
  'scalearn-uniform++': 'a coefficient for each source',
};

const sizes: Readonly<Record<string, MethodOption>> = {
  reductionFactor,
  taskEmbeddingSize: { kind: 'whole', text: 'size of the embedding of a task (default: 512)' },
  taskHiddenSize: { kind: 'whole', text: 'size inside of what projects it (default: 128)' },
  projectedTaskEmbeddingSize: { kind: 'whole', text: 'size of what adapters are made from (default: 64)' },
};

/** Every method, in the order they are shown. */
export const methods: readonly MethodEntry[] = [
  {
    id: 'bottleneck',
    summary: 'an adapter for one task: the sources of stage 2',
    options: {
      reductionFactor,
      nonLinearity,
    },
    sources: 0,
    make: ({ sources: _, ...options }) => bottleneck(options),
  },
  {
    id: 'compacter++',
    summary: 'an adapter whose maps are sums of Kronecker products',
    options: { reductionFactor },
    sources: 0,
    make: ({ sources: _, ...options }) => compacter(options),
  },
  {
    id: 'ia3',
    summary: 'factors on keys, values and intermediate outputs',
    options: {},
    sources: 0,
    make: () => ia3(),
  },
  ...scalearnVariants.map(
    (variant): MethodEntry => ({
      id: variant,
      summary: scalearnSummaries[variant],
      options: omega,
      sources: 1,
      make: (options) => scalearn({ ...options, variant }),
    }),
  ),
  {
    id: 'adapter-fusion',
    summary: 'attention over what the sources say',
    options: {
      dropout: { kind: 'number', text: "on the attention's scores (default: the encoder's)" },
      regularisation: {
        kind: 'number',
        text: 'strength of the pull of values to the identity (default: 0.01)',
      },
    },
    sources: 2,
    make: (options) => adapterFusion(options),
  },
  {
    id: 'adapter-m',
    summary: 'one adapter for all tasks',
    options: { reductionFactor, nonLinearity },
    sources: 0,
    make: ({ sources: _, ...options }) => adapterM(options),
  },
  ...hyperformerVariants.map(
    (variant): MethodEntry => ({
      id: variant,
      summary:
        variant === 'hyperformer'
          ? 'adapters made by networks from embeddings of tasks'
          : 'the same networks in all layers',
      options: sizes,
      sources: 0,
      make: ({ sources: _, ...options }) => hyperformer({ ...options, variant }),
    }),
  ),
];

/** @throws UsageError that suggests the one that is most like it */
export function methodEntry(id: string): MethodEntry {
  const entry = methods.find((each) => each.id === id);
  if (entry) return entry;
  const ids = methods.map((each) => each.id);
  const meant = suggest(id, ids);
  throw new UsageError(
    `there is no method '${id}'.${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${ids.join(', ')}`,
  );
}
