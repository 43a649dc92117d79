import type { Problem } from '../nn/head.ts';

/** One labelled text or pair, or a text with several that could follow it. */
export interface TrainingExample {
  readonly segments: readonly [string] | readonly [string, string];
  /**
   * Where the problem is multiple choice: one text for each choice, read as the pair of the only segment and it. As many
   * in every example as the task has labels.
   */
  readonly choices?: readonly string[];
  /** Class id, score, 0/1 for each label, or the number of the right choice. */
  readonly label: number | readonly number[];
}

/** What training needs of a task; those of `@scalearn/datasets` fit. */
export interface TrainingTask {
  /** `benchmark/task`; the last part names the adapter. */
  readonly id: string;
  readonly problem: Problem;
  /** Names of classes, labels or choices; null for regression. */
  readonly labels: readonly string[] | null;
  readonly maxLength: number;
  readonly truncation: 'longestFirst' | 'onlyFirst';
  readonly train: readonly TrainingExample[];
  readonly validation: readonly TrainingExample[];
  /** Identifies the data; a run is not resumed on other data. */
  readonly fingerprint?: string;
}

/** What a model keeps of a task. */
export type TaskShape = Pick<TrainingTask, 'id' | 'problem' | 'labels' | 'maxLength' | 'truncation'>;

/** A task's name within a model: the last part of its id. */
export function taskName({ id }: Pick<TrainingTask, 'id'>): string {
  return id.split('/').at(-1) as string;
}
