import type { AdapterSource, EncodedText, Encoder, LoraAdapter, TrainingTask } from '@scalearn/core';
import { input, matmul, RandomStream, reshape, type Tensor, variable } from '@scalearn/core/graph';
import {
  encodeExamples,
  lorasOf,
  type OptionDefinition,
  type Pooling,
  settleOptions,
  storedSource,
} from '@scalearn/core/methods';
import { logMe, logMeTargets } from '@scalearn/evaluation';
import { minimize } from './cma-es.ts';
import { checkCombinable } from './combine-loras.ts';
import { FeatureProgram } from './features.ts';

type WholeOption = OptionDefinition<'whole'> & { readonly default: number };

/** Options of the search, with the paper's defaults where it has them. */
export const searchOptions: {
  readonly evaluations: WholeOption;
  readonly examples: WholeOption;
  readonly regularization: OptionDefinition<'number'> & { readonly default: number };
} = {
  evaluations: {
    type: 'whole',
    meaning: 'number of weightings that the search tries',
    default: 40,
    range: { least: 1 },
  },
  examples: {
    type: 'whole',
    meaning: 'number of training rows on which they are tried',
    default: 64,
    range: { least: 2 },
  },
  regularization: {
    type: 'number',
    meaning: 'strength of the penalty on the mean size of the weights',
    default: 0.05,
    range: { least: 0 },
  },
};

export interface LorahubSearchOptions {
  /** The encoder of the sources. */
  readonly encoder: Encoder;
  /** Trained LoRAs of one rank, one scaling and the same adapted layers. */
  readonly sources: readonly AdapterSource[];
  /** The target, of whose training rows some are read. */
  readonly task: TrainingTask;
  /** Number of weightings that are tried, the start included; 40 by default, as in the paper. */
  readonly evaluations?: number | undefined;
  /** Number of training rows on which they are tried; 64 by default. */
  readonly examples?: number | undefined;
  /** Strength of the penalty `Σ_t |w_t| / T`; 0.05 by default, as in the paper. */
  readonly regularization?: number | undefined;
  /** What the head will read of a text; the first token by default. */
  readonly pooling?: Pooling | undefined;
  /** Decides the rows and the tried weights; 0 by default. */
  readonly seed?: number | undefined;
  /** Aborting rejects with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the number of tried weightings and of all; by default progress is not reported. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Bounds of the weights, as in the paper. */
const bounds = [-1.5, 1.5] as const;

/**
 * Finds the weights of LoRAHub without gradients: a search that starts at 0 and minimizes
 *
 * `loss + λ·Σ_t |w_t| / T`, `-1.5 ≤ w_t ≤ 1.5`
 *
 * on a few rows. The paper's models write text, so they have a loss before anything trains. A classifier's head is new.
 * The loss is therefore the negative log evidence of a linear head with its weights integrated out ({@link logMe}).
 *
 * @returns a weight for each source: the best that were tried
 * @throws ArgumentError for sources that cannot be combined
 */
export async function lorahubWeights(search: LorahubSearchOptions): Promise<readonly number[]> {
  const { encoder, task, pooling = 'first', seed = 0, signal, onProgress } = search;
  const { evaluations, examples, regularization } = settleOptions(searchOptions, search);
  const sources = lorasOf(search.sources, 'LoRAHub');
  const { architecture, fingerprint } = encoder;
  checkCombinable(sources, { encoder: architecture, encoderFingerprint: fingerprint });
  const order = new RandomStream(seed, 'lorahub/rows').permutation(task.train.length).slice(0, examples);
  const chosen = task.train.filter((_, row) => order.includes(row));
  const rows = await encodeExamples(encoder, task, chosen, { signal });
  const targets = logMeTargets(
    task.problem,
    chosen.map(({ label }) => label),
    task.labels?.length ?? 1,
  );
  const texts = rows.flatMap((row) => row.texts);
  using combined = await openCombined(encoder, sources, texts, { pooling, signal });
  let done = 0;
  const { point } = await minimize(
    async (weights) => {
      const values = await combined.features(weights);
      onProgress?.(++done, evaluations);
      const size = weights.reduce((sum, w) => sum + Math.abs(w), 0) / weights.length;
      const features = { values, rows: texts.length, columns: architecture.hiddenSize };
      return regularization * size - logMe(features, targets);
    },
    { start: sources.map(() => 0), deviation: 0.5, evaluations, bounds, seed },
  );
  return point;
}

/** Compiles the encoder with combined sources, whose weights are an input, so that one program tries all of them. */
async function openCombined(
  encoder: Encoder,
  sources: readonly LoraAdapter[],
  texts: readonly EncodedText[],
  options: { readonly pooling: Pooling; readonly signal?: AbortSignal | undefined },
): Promise<Disposable & { features(weights: readonly number[]): Promise<Float64Array> }> {
  const { architecture, device } = encoder;
  const T = sources.length;
  const stored = sources.map((source) => storedSource({ ...source, name: 'lorahub' }, architecture));
  const [{ method, tensors: first }] = stored as [(typeof stored)[number]];
  const weights = input('weights', [1, T]);
  const stacks = new Map(
    [...first].map(([key, { shape, data }]) => {
      const all = new Float32Array(T * data.length);
      for (const [t, { tensors }] of stored.entries()) all.set(tensors.get(key)?.data ?? [], t * data.length);
      return [key, { shape, stack: device.upload(all, [T, data.length], { label: `lorahub/${key}` }) }];
    }),
  );
  const free = (): void => {
    for (const { stack } of stacks.values()) stack.dispose();
  };
  const parameter = (key: string): Tensor => {
    const found = stacks.get(key);
    if (!found) throw new TypeError(`there is no tensor ${key}`);
    return reshape(matmul(weights, variable(found.stack)), found.shape);
  };
  const call = { encoder: architecture, adapterName: 'lorahub', task: 'lorahub', tasks: ['lorahub'] };
  try {
    const sites = method.sites({ ...call, parameter, frozen: parameter });
    const program = await FeatureProgram.create(encoder, texts, sites, options);
    return {
      features: (point) => program.compute({ weights: Float32Array.from(point) }),
      [Symbol.dispose]: () => {
        program.dispose();
        free();
      },
    };
  } catch (error) {
    free();
    throw error;
  }
}
