import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { nameFor } from '../methods/names.ts';
import type { Problem } from '../nn/head.ts';

/** One labeled text or pair, or a text with several that could follow it. */
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
  /** `benchmark/task`; the last part names the adapter, see {@link taskName}. */
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

/**
 * A task's name within a model: the last part of its id, where that can name an adapter and a head; see
 * {@link nameFor}.
 *
 * @throws ArgumentError for an id whose last part is empty
 */
export function taskName({ id }: Pick<TrainingTask, 'id'>): string {
  const last = lastPart(id);
  if (last === '') throw new ArgumentError(`the task '${id}' has no name: its id must not end so`);
  return nameFor(last);
}

/** The task of an id, or of a name: in a model, or as people call it. */
export function findByName<T extends Pick<TrainingTask, 'id'>>(
  tasks: readonly T[],
  idOrName: string,
): T | undefined {
  return (
    tasks.find(({ id }) => id === idOrName) ??
    tasks.find((task) => taskName(task) === idOrName) ??
    tasks.find(({ id }) => lastPart(id) === idOrName)
  );
}

const lastPart = (id: string): string => at(id.split('/'), -1);
