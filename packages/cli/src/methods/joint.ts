import { adapterM, fullFinetuningM, hyperformer, hyperformerVariants, propetlM } from '@scalearn/baselines';
import type { MethodEntry } from './entry.ts';
import { type MethodOption, nonLinearity, reductionFactor } from './method-option.ts';

const sizes: Readonly<Record<string, MethodOption>> = {
  reductionFactor,
  taskEmbeddingSize: { kind: 'whole', text: 'size of the embedding of a task (default: 512)' },
  taskHiddenSize: { kind: 'whole', text: 'size inside of what projects it (default: 128)' },
  projectedTaskEmbeddingSize: { kind: 'whole', text: 'size of what adapters are made from (default: 64)' },
};

/** Methods that learn several tasks at once. */
export const jointMethods: readonly MethodEntry[] = [
  {
    id: 'full-finetuning-m',
    summary: 'the whole encoder, for all tasks',
    options: {},
    sources: 0,
    make: () => fullFinetuningM(),
  },
  {
    id: 'adapter-m',
    summary: 'one adapter for all tasks',
    options: { reductionFactor, nonLinearity },
    sources: 0,
    make: ({ sources: _, ...options }) => adapterM(options),
  },
  {
    id: 'propetl-m',
    summary: 'one adapter for all tasks, and masks for each task and layer',
    options: {
      reductionFactor,
      sparsity: { kind: 'number', text: 'part of the weights that a mask keeps (default: 0.3)' },
      firstLayerMask: {
        kind: ['own', 'last-task'],
        text: 'last-task is what the released code does (default: own)',
      },
    },
    sources: 0,
    make: ({ sources: _, ...options }) => propetlM(options),
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
