import { checkOptionNames, hasFunctions } from '../arguments.ts';
import { ArgumentError } from '../errors.ts';
import { shown } from '../files/shown.ts';
import type { Method } from '../methods/method.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import type { CheckpointStore } from './checkpoint.ts';
import type { ClassWeights } from './class-weights.ts';
import type { TrainEvent } from './events.ts';
import type { Predictions } from './predict.ts';
import { type TrainingTask, taskName } from './task.ts';
import { type TrainingNumbers, trainingOptions } from './training-options.ts';

/** What to train, and how. Its numbers are described by {@link trainingOptions}. */
export interface TrainOptions extends TrainingNumbers {
  readonly encoder: Encoder;
  /** The task, for all methods but joint ones. */
  readonly task?: TrainingTask;
  /**
   * The tasks that a joint method learns at once, at least two. Those without validation rows are left out of evaluations;
   * at least one must have some.
   */
  readonly tasks?: readonly TrainingTask[];
  /** `bottleneck()` for stage 1, `scalearn({ sources })` for stage 2, or any other. */
  readonly method: Method;
  /**
   * What rows of each class count in the loss of single-label classifications, of the training and the validation split;
   * metrics count all rows the same. `none` by default.
   */
  readonly classWeights?: ClassWeights;
  /** Metrics of a task's validation split, for the history, and for `select`. */
  readonly metrics?: (predictions: Predictions, task: TrainingTask) => Record<string, number>;
  /** What decides the best evaluation; the validation loss by default. Of several tasks the mean counts. */
  readonly select?: { readonly metric: string; readonly better: 'lower' | 'higher' };
  readonly onEvent?: (event: TrainEvent) => void;
  /** Given the parameters after every evaluation, by their names on disk; training goes on when it is done with them. */
  readonly onEpoch?: (parameters: ReadonlyMap<string, NamedTensor>, epoch: number) => void | Promise<void>;
  /** Aborting saves a checkpoint and rejects with an InterruptedError. */
  readonly signal?: AbortSignal;
  readonly checkpoints?: CheckpointStore;
  /** Continues from the store's checkpoint, where there is one. */
  readonly resume?: boolean;
}

const optionNames: Readonly<Record<Exclude<keyof TrainOptions, keyof TrainingNumbers>, true>> = {
  ...{ encoder: true, task: true, tasks: true, method: true, classWeights: true, metrics: true },
  ...{ select: true, onEvent: true, onEpoch: true, signal: true, checkpoints: true, resume: true },
};

/** Checks that options are what they are called. @throws ArgumentError that names the first that is not */
export function checkTrainOptions(options: TrainOptions): void {
  checkOptionNames('train', options, [...Object.keys(optionNames), ...Object.keys(trainingOptions)]);
  const { encoder, method, task, tasks } = options;
  if (!hasFunctions(encoder, 'build', 'encode', 'feeds'))
    throw new ArgumentError(`encoder must be an encoder, as loadEncoder returns it, not ${shown(encoder)}`);
  if (!hasFunctions(method, 'sites', 'parameters', 'save'))
    throw new ArgumentError(`method must be a method, such as bottleneck(), not ${shown(method)}`);
  if (tasks !== undefined && !Array.isArray(tasks))
    throw new ArgumentError(`tasks must be a list of tasks, not ${shown(tasks)}`);
  for (const each of tasks ?? (task === undefined ? [] : [task]))
    if (!(Array.isArray(each?.train) && Array.isArray(each.validation)))
      throw new ArgumentError(
        `a task must have train and validation, lists of examples, as loadTask returns it; this one is ${shown(each)}`,
      );
}

/** The tasks of a run. @throws ArgumentError, see {@link checkTasks}; for labels of which two are equal */
export function tasksOf({ task, tasks, method }: TrainOptions): readonly TrainingTask[] {
  const list = tasks ?? (task && [task]);
  if (!list || (task && tasks))
    throw new ArgumentError('give a task, or several tasks for a joint method, not both');
  checkTasks(method, list);
  for (const { id, labels } of list) {
    const twice = labels?.find((label, i) => labels.indexOf(label) !== i);
    if (twice !== undefined) throw new ArgumentError(`the task ${id} has the label '${twice}' twice`);
  }
  return list;
}

/** @throws ArgumentError if the number of tasks does not suit the method, one has no name, or two have the same */
export function checkTasks(
  { name, kind }: Pick<Method, 'name' | 'kind'>,
  tasks: readonly Pick<TrainingTask, 'id'>[],
): void {
  if (kind === 'joint' && tasks.length < 2)
    throw new ArgumentError(
      `${name} learns several tasks at once; give at least two, or use a single-task method`,
    );
  if (kind !== 'joint' && tasks.length !== 1)
    throw new ArgumentError(`${name} learns one task, not ${tasks.length}; give one, or use a joint method`);
  const named = new Map<string, string>();
  for (const task of tasks) {
    const other = named.get(taskName(task));
    if (other === task.id) throw new ArgumentError(`the task ${other} is given twice`);
    if (other !== undefined)
      throw new ArgumentError(
        `the tasks ${other} and ${task.id} are both named '${taskName(task)}' in a model; train them apart`,
      );
    named.set(taskName(task), task.id);
  }
}
