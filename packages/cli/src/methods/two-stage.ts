import { adapterFusion, probe } from '@scalearn/baselines';
import { type ScalearnVariant, scalearn, scalearnVariants } from '@scalearn/core';
import type { MethodEntry } from './entry.ts';
import type { MethodOption } from './method-option.ts';
import { adapterSoupEntry } from './soup.ts';

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

const summaries: Readonly<Record<ScalearnVariant, string>> = {
  scalearn: 'a coefficient for each source, layer and dimension',
  'scalearn-uniform': 'a coefficient for each source and layer',
  'scalearn++': 'a coefficient for each source and dimension',
  'scalearn-uniform++': 'a coefficient for each source',
};

/** Methods that make use of trained adapters. */
export const twoStageMethods: readonly MethodEntry[] = [
  ...scalearnVariants.map(
    (variant): MethodEntry => ({
      id: variant,
      summary: summaries[variant],
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
  adapterSoupEntry,
  {
    id: 'probe',
    summary: 'one or two sources times constants; only the head trains',
    options: {
      omega: { kind: 'numbers', text: 'what each source is multiplied by, in their order', required: true },
    },
    sources: 1,
    mostSources: 2,
    make: ({ sources, omega: constants = sources.map(() => 1) }) =>
      probe({ sources, omega: constants as readonly number[] }),
  },
];
