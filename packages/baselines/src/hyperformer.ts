import { ArgumentError, type Method } from '@scalearn/core';
import { jsonNumber, jsonOneOf } from '@scalearn/core/files';
import { add, geluTanh, layerNorm, linear } from '@scalearn/core/graph';
import {
  adapterWidth,
  checkOptionNames,
  defineMethod,
  type MethodDefinition,
  type MethodReader,
  type OptionDefinitions,
  reductionFactorOption,
  settleOptions,
} from '@scalearn/core/methods';
import { generateAdapters, type Hypernetwork, hypernetworkParameters } from './hypernetwork.ts';
import { isPooler, jointDefaults } from './joint.ts';
import { jointFiles, readJointFolder } from './joint-folder.ts';

export const hyperformerVariants = ['hyperformer', 'hyperformer++'] as const;
export type HyperformerVariant = (typeof hyperformerVariants)[number];

export interface HyperformerOptions {
  /**
   * `hyperformer` (default) has separate generators for each layer. `hyperformer++` shares one set among all layers.
   */
  readonly variant?: HyperformerVariant;
  /** e: size of a task embedding and, with `hyperformer++`, of a layer embedding. Default 512, as in the paper. */
  readonly taskEmbeddingSize?: number;
  /** Hidden size of the network that projects embeddings. Default 128, as in the paper. */
  readonly taskHiddenSize?: number;
  /** p: size of the projected embedding from which adapters are generated. Default 64, as in the paper. */
  readonly projectedTaskEmbeddingSize?: number;
  /** Hidden size divided by the bottleneck width m. Default 16, as in the paper. */
  readonly reductionFactor?: number;
}

/** Limits of the sizes. Larger values are mistakes. */
const size = { least: 1, most: 65536 } as const;

const methodOptions = {
  reductionFactor: { ...reductionFactorOption, range: { least: 1 } },
  taskEmbeddingSize: { type: 'whole', meaning: 'size of the embedding of a task', default: 512, range: size },
  taskHiddenSize: {
    type: 'whole',
    meaning: 'hidden size of the network that projects it',
    default: 128,
    range: size,
  },
  projectedTaskEmbeddingSize: {
    type: 'whole',
    meaning: 'size of the projected embedding',
    default: 64,
    range: size,
  },
} as const satisfies OptionDefinitions;

/**
 * HyperFormer and HyperFormer++: shared networks generate the adapters of all tasks from task embeddings (Karimi
 * Mahabadi et al. 2021, arXiv 2106.04489; docs/reference/methods.md#hyperformer). For a batch of task t, in layer ℓ,
 * with `z = LN₂(h + x)` `[tokens, hidden]`:
 *
 * `v = W_up·gelu(W_down·z + b_down) + b_up`, `y = LN₂(LN(v; γ, δ) + h + x)`
 *
 * with W_down `[m, hidden]`, b_down `[m]`, W_up `[hidden, m]`, and b_up, γ, δ `[hidden]`. Each is a linear map of g
 * `[p]`, which is computed from the task embedding `[e]` and, with HyperFormer++, from the layer embedding; see {@link
 * generateAdapters}. GELU is the tanh form. Both LN₂ are the layer's own.
 */
export function hyperformer(options: HyperformerOptions = {}): Method {
  checkOptionNames('hyperformer', options, ['variant', ...Object.keys(methodOptions)]);
  const { variant = 'hyperformer' } = options;
  if (!hyperformerVariants.includes(variant))
    throw new ArgumentError(
      `there is no HyperFormer variant '${variant}'; there are ${hyperformerVariants.join(', ')}`,
    );
  const { reductionFactor, ...sizes } = settleOptions(methodOptions, options);
  const network: Hypernetwork = { ...sizes, shared: variant === 'hyperformer++' };
  return {
    name: variant,
    kind: 'joint',
    headLayout: 'static',
    defaults: jointDefaults(3e-4),
    settings: { variant, ...sizes, reductionFactor },
    trainsEncoder: isPooler,
    parameters: (target) =>
      hypernetworkParameters(target, network, adapterWidth(target.encoder.hiddenSize, reductionFactor)),
    sites: (call) => {
      const adapters = generateAdapters(
        call,
        network,
        adapterWidth(call.encoder.hiddenSize, reductionFactor),
      );
      return {
        feedForwardOutput({ layer, hidden, residual, norm }) {
          const { down, downBias, up, upBias, gain, offset } = adapters(layer);
          const sum = add(hidden, residual);
          const inner = geluTanh(linear(norm(sum), down, downBias));
          return norm(add(layerNorm(linear(inner, up, upBias), gain, offset, 1e-5), sum));
        },
      };
    },
    save: (call) =>
      jointFiles(fileName, call, {
        variant,
        task_embedding_size: sizes.taskEmbeddingSize,
        task_hidden_size: sizes.taskHiddenSize,
        projected_task_embedding_size: sizes.projectedTaskEmbeddingSize,
        reduction_factor: reductionFactor,
      }),
  };
}

const fileName = 'hyperformer';

/** Reads the folder of a HyperFormer or HyperFormer++ model. */
export const hyperformerReader: MethodReader = (folder, target) =>
  readJointFolder(fileName, folder, target, configKeys, (config) =>
    hyperformer({
      variant: config.get('variant', jsonOneOf(hyperformerVariants)),
      taskEmbeddingSize: config.get('task_embedding_size', jsonNumber),
      taskHiddenSize: config.get('task_hidden_size', jsonNumber),
      projectedTaskEmbeddingSize: config.get('projected_task_embedding_size', jsonNumber),
      reductionFactor: config.get('reduction_factor', jsonNumber),
    }),
  );

const configKeys = [
  ...['variant', 'task_embedding_size', 'task_hidden_size', 'projected_task_embedding_size'],
  'reduction_factor',
];

const words: Readonly<Record<HyperformerVariant, Pick<MethodDefinition, 'title' | 'summary' | 'trains'>>> = {
  hyperformer: {
    title: 'HyperFormer',
    summary: 'adapters made by networks from embeddings of tasks',
    trains: {
      what: 'an embedding of each task; networks that make adapters, in each layer',
      where: 'after the feed-forward block',
      count: '512T + 74,048 + LH',
    },
  },
  'hyperformer++': {
    title: 'HyperFormer++',
    summary: 'the same networks in all layers',
    trains: {
      what: 'embeddings of tasks and layers; one set of networks',
      where: 'after the feed-forward block',
      count: '512(T + L) + 139,584 + H',
    },
  },
};

/** The definitions of the two variants of {@link hyperformer} for lists of methods. */
export const hyperformerMethods: readonly MethodDefinition[] = hyperformerVariants.map((variant) =>
  defineMethod({
    ...{ id: variant, kind: 'joint', ...words[variant] },
    reference: {
      paper: 'Karimi Mahabadi et al. 2021, arXiv 2106.04489',
      equation:
        'y = LN₂(LN(up(z); γ, δ) + h + x), D, b, U, c, γ, δ linear in an embedding of task (and layer)',
      file: 'baselines/src/hyperformer.ts',
    },
    options: methodOptions,
    make: (_, values) => hyperformer({ ...values, variant }),
    reader: hyperformerReader,
  }),
);
