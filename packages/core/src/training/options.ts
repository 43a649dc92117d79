import { checkOptionNames, hasFunctions } from '../arguments.ts';
import { ArgumentError } from '../errors.ts';
import { shown } from '../files/shown.ts';
import type { Method } from '../methods/method.ts';
import type { Predictions } from '../model/predict.ts';
import { type TrainingTask, taskName } from '../model/task.ts';
import type { Encoder } from '../nn/encoder.ts';
import { defaultPooling } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { type Pooling, poolings } from '../nn/static-head.ts';
import type { CheckpointStore } from './checkpoint-writer.ts';
import type { ClassWeights } from './class-weights.ts';
import type { TrainEvent } from './events.ts';
import { type TrainingNumbers, trainingOptions } from './training-options.ts';

/** Options of `train` besides its tasks. The numeric options are described by {@link trainingOptions}. */
export interface TrainSettings extends TrainingNumbers {
  /** The encoder. It stays frozen unless the method trains it, and belongs to the caller. */
  readonly encoder: Encoder;
  /** The method: `bottleneck()` for stage 1, `scalearn({ sources })` for stage 2, or any other. */
  readonly method: Method;
  /**
   * Class weights for the loss of single-label classification, on the training and the validation split; `none` by
   * default. Metrics weight all rows equally.
   */
  readonly classWeights?: ClassWeights;
  /**
   * What the head reads of a text: the first token, as in the reference, or the mean of all tokens, as sentence encoders
   * do; by default `first`, or what the encoder's own head reads.
   */
  readonly pooling?: Pooling;
  /** Computes metrics of a task's validation split, for the history and for `select`; by default there are none */
  readonly metrics?: (predictions: Predictions, task: TrainingTask) => Record<string, number>;
  /** Metric that selects the best evaluation; by default the validation loss. Several tasks are averaged. */
  readonly select?: {
    /** Name of the metric, as `metrics` returns it; `loss` for the validation loss. */
    readonly metric: string;
    /** Whether lower or higher values are better. */
    readonly better: 'lower' | 'higher';
  };
  /** Receives the progress of the run; by default it is not reported. */
  readonly onEvent?: (event: TrainEvent) => void;
  /**
   * Called after every evaluation with the parameters by their names on disk; nothing is called by default. Training
   * waits for the result.
   */
  readonly onEpoch?: (parameters: ReadonlyMap<string, NamedTensor>, epoch: number) => void | Promise<void>;
  /** Aborting saves a checkpoint and rejects with an InterruptedError; by default nothing aborts. */
  readonly signal?: AbortSignal;
  /** Stores the state of the run, after each evaluation and every `checkpointEvery` minutes; by default it is not stored. */
  readonly checkpoints?: CheckpointStore;
  /** Whether to continue from the store's checkpoint, if there is one; false by default. */
  readonly resume?: boolean;
  /**
   * A text to store in every checkpoint, in the metadata `note` of the file, for the program that continues the run; by
   * default there is none.
   */
  readonly checkpointNote?: string;
}

/** The task of a run, for all methods except joint ones. */
interface SingleTask {
  /** The task. */
  readonly task: TrainingTask;
  /** Absent: the tasks of a joint method. */
  readonly tasks?: undefined;
}

/** The tasks of a run of a joint method. */
interface JointTasks {
  /** Absent: the task of another method. */
  readonly task?: undefined;
  /** At least two tasks. Those without validation rows are skipped in evaluations; at least one must have some. */
  readonly tasks: readonly TrainingTask[];
}

/** Options of `train`: its settings, and either a task or, for a joint method, several tasks. */
export type TrainOptions = TrainSettings & (SingleTask | JointTasks);

const optionNames: Readonly<Record<Exclude<keyof TrainOptions, keyof TrainingNumbers>, true>> = {
  ...{ encoder: true, task: true, tasks: true, method: true, classWeights: true, metrics: true },
  ...{
    select: true,
    onEvent: true,
    onEpoch: true,
    signal: true,
    checkpoints: true,
    resume: true,
    checkpointNote: true,
    pooling: true,
  },
};

/** Checks that options are what they are called. @throws ArgumentError that names the first that is not */
export function checkTrainOptions(options: TrainOptions): void {
  checkOptionNames('train', options, [...Object.keys(optionNames), ...Object.keys(trainingOptions)]);
  const { encoder, method, task, tasks, pooling } = options;
  if (pooling !== undefined && !poolings.includes(pooling))
    throw new ArgumentError(`pooling must be ${poolings.join(' or ')}, not ${shown(pooling)}`);
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

/** Returns what the heads of a run read, unless it is what they read anyway. */
export function poolingOf({
  encoder,
  method,
  pooling,
}: Pick<TrainOptions, 'encoder' | 'method' | 'pooling'>): Pooling | undefined {
  return pooling === defaultPooling({ layout: method.headLayout }, encoder.architecture)
    ? undefined
    : pooling;
}

/** Returns the tasks of a run. @throws ArgumentError as {@link checkTasks} does, and for equal labels in a task */
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

/** Checks tasks. @throws ArgumentError if their number does not fit the method, or a name is empty or used twice */
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
