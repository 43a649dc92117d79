import { compacter, fullFinetuning, ia3, propetl } from '@scalearn/baselines';
import { bottleneck } from '@scalearn/core';
import type { MethodEntry } from './entry.ts';
import { nonLinearity, reductionFactor } from './method-option.ts';

/** Methods that learn one task from nothing. */
export const singleTaskMethods: readonly MethodEntry[] = [
  {
    id: 'full-finetuning',
    summary: 'the whole encoder',
    options: {},
    sources: 0,
    make: () => fullFinetuning(),
  },
  {
    id: 'bottleneck',
    summary: 'an adapter: the sources of stage 2',
    options: { reductionFactor, nonLinearity },
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
    id: 'propetl',
    summary: 'one adapter for all layers, and masks for each',
    options: {
      reductionFactor,
      sparsity: { kind: 'number', text: 'part of the weights that masks keep (default: 0.5)' },
      masks: {
        kind: ['trained', 'frozen'],
        text: 'frozen is what the released code does (default: trained)',
      },
    },
    sources: 0,
    make: ({ sources: _, ...options }) => propetl(options),
  },
  {
    id: 'ia3',
    summary: 'factors on keys, values and intermediate outputs',
    options: {},
    sources: 0,
    make: () => ia3(),
  },
];
