import { ArgumentError } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { type OptionDefinition, settleOptions } from '@scalearn/core/methods';

/** `intended`: as many texts of a task as the limit allows. `released`: as many as the reference's script uses. */
export type SoupSampling = 'intended' | 'released';

/** Options that select texts, under the names used by methods. */
export const soupRowOptions: {
  readonly sampling: OptionDefinition<readonly ['intended', 'released']> & { readonly default: 'intended' };
  readonly texts: OptionDefinition<'whole'> & { readonly default: number };
} = {
  sampling: {
    type: ['intended', 'released'],
    meaning: 'released looks at as few texts as the released code does',
    default: 'intended',
  },
  texts: {
    type: 'whole',
    meaning: 'maximum number of texts of a task',
    default: 10_000,
    range: { least: 1 },
  },
};

export interface SoupTask {
  /** Name of the task. */
  readonly name: string;
  /** The task's training texts. The two texts of a pair are joined by a space. */
  readonly texts: readonly string[];
  /**
   * Number of the data set's splits, which the released script mistakes for a number of texts: 3, and 5 for MNLI; 3
   * by default
   */
  readonly splits?: number;
}

export interface SoupRowsOptions {
  /** How texts are drawn, see {@link SoupSampling}; `intended` by default. */
  readonly sampling?: SoupSampling | undefined;
  /** Maximum number of texts of a task. Default 10,000, as in the paper. */
  readonly limit?: number | undefined;
  /** Seed that determines which texts are selected; 42 by default. */
  readonly seed?: number | undefined;
}

/** Row numbers of the training texts that are compared. */
export interface SoupRows {
  /** Row numbers of the target task's texts. */
  readonly target: Int32Array;
  /** In the order of the tasks. */
  readonly sources: readonly Int32Array[];
}

/**
 * Selects the texts from which the similarity of each task to the target is computed: the first of a random permutation
 * of the task's training texts.
 *
 * The intended number of texts is the limit. The reference's script for GLUE instead carries one count from task to
 * task (docs/reference/methods.md#where-the-published-code-differs). For the target the count is the number of splits,
 * 3 or 5. A source with fewer texts than the limit sets the count to its number of texts. A larger source uses the
 * count of the task before it. So the order of the tasks matters; there it is cola, mnli, mrpc, qnli, qqp, rte, sst2,
 * stsb.
 */
export function soupRows(
  tasks: readonly SoupTask[],
  target: string,
  { seed = 42, ...options }: SoupRowsOptions = {},
): SoupRows {
  const task = tasks.find(({ name }) => name === target);
  if (!task)
    throw new ArgumentError(
      `the target '${target}' is not one of ${tasks.map(({ name }) => name).join(', ')}`,
    );
  const { sampling, limit } = settleOptions(
    { sampling: soupRowOptions.sampling, limit: soupRowOptions.texts },
    options,
  );
  const first = ({ name, texts }: SoupTask, count: number): Int32Array =>
    new RandomStream(seed, `soup/${name}`).permutation(texts.length).slice(0, count);
  if (sampling === 'intended')
    return { target: first(task, limit), sources: tasks.map((source) => first(source, limit)) };
  let count = Math.min(task.splits ?? 3, limit);
  const rows = first(task, count);
  const sources = tasks.map((source) => {
    if (source.texts.length < limit) count = source.texts.length;
    return first(source, count);
  });
  return { target: rows, sources };
}
