import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import { nameFor } from '../methods/names.ts';
import type { TruncationOptions } from '../nn/encoder.ts';
import type { Problem } from '../nn/head.ts';

/** One labeled text or text pair, or a text with several choices. */
export interface TrainingExample {
  /** A text, or the two texts of a pair. */
  readonly segments: readonly [string] | readonly [string, string];
  /**
   * For multiple choice: one text for each choice. Each is paired with the only segment. Every example has as many
   * choices as the task has labels.
   */
  readonly choices?: readonly string[];
  /** Class id, score, 0/1 for each label, or the index of the correct choice. */
  readonly label: number | readonly number[];
}

/** The properties of a task that training uses. Tasks of `@scalearn/datasets` have them. */
export interface TrainingTask extends TruncationOptions {
  /** Id `benchmark/task`. The last part names the adapter, see {@link taskName}. */
  readonly id: string;
  /** What the labels are. */
  readonly problem: Problem;
  /** Names of classes, labels or choices; null for regression. */
  readonly labels: readonly string[] | null;
  /** The training split. */
  readonly train: readonly TrainingExample[];
  /** The validation split. Evaluations during training use it. */
  readonly validation: readonly TrainingExample[];
  /** Identifies the data; absent if it is not known. A run cannot be resumed on other data. */
  readonly fingerprint?: string;
}

/** The properties of a task that a model keeps. */
export type TaskShape = Pick<TrainingTask, 'id' | 'problem' | 'labels' | 'maxLength' | 'truncation'>;

/**
 * Returns a task's name in a model: the last part of its id, converted by {@link nameFor} if it cannot name an adapter
 * and a head.
 *
 * @throws ArgumentError for an id whose last part is empty
 */
export function taskName({ id }: Pick<TrainingTask, 'id'>): string {
  const last = lastPart(id);
  if (last === '')
    throw new ArgumentError(`the task '${id}' has no name: an id must not be empty, nor end with a slash`);
  return nameFor(last);
}

/** Finds a task by its id, its name in a model, or the last part of its id. */
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
