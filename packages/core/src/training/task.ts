import type { Problem } from '../nn/head.ts';

/** One labelled text or pair. */
export interface TrainingExample {
  readonly segments: readonly [string] | readonly [string, string];
  /** Class id, score, or 0/1 for each label. */
  readonly label: number | readonly number[];
}

/** What training needs of a task; those of `@scalearn/datasets` fit. */
export interface TrainingTask {
  /** `benchmark/task`; the last part names the adapter. */
  readonly id: string;
  readonly problem: Problem;
  /** Names of classes or labels; null for regression. */
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
