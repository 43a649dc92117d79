import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { FileSet } from '../methods/method.ts';
import type { SourceAdapter } from '../methods/source.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { SavedHead } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { type EncodedExample, encodeExample, encodeText } from './batches.ts';
import type { EpochRecord, TrainingHistory } from './history.ts';
import { mapTimeSliced } from './loop.ts';
import { type ModelOutput, type Predictions, Predictors } from './predict.ts';
import { type ProgressEvent, phaseReporter } from './progress.ts';
import { type ModelSnapshot, mergeSnapshot, modelFromSnapshot, snapshotFiles } from './snapshot.ts';
import { findByName, type TaskShape, type TrainingExample, taskName } from './task.ts';
import type { ParameterCount, TrainableModel } from './trainable-model.ts';

/** Options of predictions. */
export interface PredictOptions {
  /** Number of rows per batch; 32 by default. */
  readonly batchSize?: number;
  /** Aborting rejects with the signal's reason; by default nothing aborts. */
  readonly signal?: AbortSignal;
  /** Receives the progress of each phase; by default it is not reported. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** The history of a model that was read from a folder. */
const untrained: TrainingHistory = { history: [], bestEpoch: 0, steps: 0, seconds: 0 };

/**
 * A model for prediction, from training or from a folder. A model of several tasks gives access to each task through
 * {@link TrainedModel.for}.
 */
export class TrainedModel implements TrainingHistory, Disposable {
  /** The tasks; more than one only after joint training. */
  readonly tasks: readonly TaskShape[];
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly steps: number;
  readonly seconds: number;
  readonly #model: TrainableModel;
  readonly #predictors: Predictors;
  /** The model that owns parameters and programs: this one, or the model of several tasks of which this is a view. */
  readonly #whole: TrainedModel;

  constructor(
    model: TrainableModel,
    tasks: readonly TaskShape[],
    { history, bestEpoch, steps, seconds }: TrainingHistory = untrained,
    whole?: TrainedModel,
  ) {
    this.#model = model;
    this.tasks = tasks;
    this.history = history;
    this.bestEpoch = bestEpoch;
    this.steps = steps;
    this.seconds = seconds;
    this.#whole = whole ?? this;
    this.#predictors = whole ? whole.#predictors : new Predictors(model);
  }

  /** The task of the model. @throws ArgumentError if it has several */
  get task(): TaskShape {
    const [task, ...others] = this.tasks;
    if (task && others.length === 0) return task;
    throw new ArgumentError(
      `the model has several tasks (${this.tasks.map(({ id }) => id).join(', ')}); choose one with for(id)`,
    );
  }

  /**
   * Returns the model for one of its tasks. It is a view that owns nothing and works until the model is disposed.
   *
   * @param id id or name of the task
   */
  for(id: string): TrainedModel {
    const task = findByName(this.tasks, id);
    if (task) return new TrainedModel(this.#model, [task], this, this);
    throw new ArgumentError(
      `the model has no task '${id}'; it has ${this.tasks.map((each) => each.id).join(', ')}`,
    );
  }

  /**
   * Loads a saved model on the encoder's device.
   *
   * @param tasks the tasks of the snapshot in any order; their names must be those of its heads
   */
  static async fromSnapshot(
    encoder: Encoder,
    snapshot: ModelSnapshot,
    tasks: TaskShape | readonly TaskShape[],
  ): Promise<TrainedModel> {
    const model = await modelFromSnapshot(encoder, snapshot);
    return new TrainedModel(model, 'id' in tasks ? [tasks] : tasks);
  }

  get encoder(): Encoder {
    return this.#model.encoder;
  }

  /** Builds the graph for a batch of the task: `logits` from the encoder's inputs, without dropout. */
  graph(): Graph {
    const { logits } = this.#model.build(undefined, this.#name);
    return { outputs: { logits } };
  }

  /** Number of trainable values of the method and of the heads. */
  get parameterCount(): ParameterCount {
    return this.#model.count();
  }

  /** Computes the logits of labeled examples and their loss. */
  async predict(examples: readonly TrainingExample[], options: PredictOptions = {}): Promise<Predictions> {
    const { encoder } = this.#model;
    return this.#predict(
      examples,
      (example, row) => encodeExample(encoder, this.task, example, row),
      options,
    );
  }

  /**
   * Computes the logits of texts without labels.
   *
   * @throws ArgumentError for multiple choice; use `predict` instead
   */
  async predictTexts(
    texts: readonly TrainingExample['segments'][],
    options: PredictOptions = {},
  ): Promise<ModelOutput> {
    const { encoder } = this.#model;
    const { id, problem } = this.task;
    if (problem === 'multipleChoice')
      throw new ArgumentError(
        `${id} is a choice between several texts; give examples with choices to predict, with label 0 where the right one is not known`,
      );
    const encode = (text: TrainingExample['segments']): EncodedExample =>
      encodeText(encoder, this.task, text);
    const { logits, rows, columns } = await this.#predict(texts, encode, options);
    return { logits, rows, columns };
  }

  async #predict<T>(
    items: readonly T[],
    encode: (item: T, row: number) => EncodedExample,
    { batchSize = 32, signal, onProgress }: PredictOptions,
  ): Promise<Predictions> {
    const report = phaseReporter(onProgress);
    const encoded = await mapTimeSliced(items, encode, { signal, onProgress: report('tokenize') });
    return this.#predictors.predict(this.#name, encoded, {
      ...{ batchSize, signal },
      onCompile: report('compile'),
      onProgress: report('evaluate'),
    });
  }

  /** The task's name in the model, which is the name of its head. */
  get #name(): string {
    const { tasks } = this.#model;
    return tasks.length === 1 ? at(tasks, 0) : taskName(this.task);
  }

  /** Copies the model to the host. */
  async snapshot(): Promise<ModelSnapshot> {
    const model = this.#model;
    const all = [...(await model.parameters.read())];
    const pick = (task: string | undefined): Map<string, NamedTensor> =>
      new Map(all.filter(([name]) => model.headTask(name) === task));
    const labels = new Map(this.#whole.tasks.map((task) => [taskName(task), task.labels]));
    return {
      ...model.target,
      method: model.method,
      modelName: model.encoder.name,
      tensors: pick(undefined),
      heads: new Map(
        model.tasks.map((task): [string, SavedHead] => [
          task,
          {
            options: model.head(task).options,
            labels: (model.tasks.length === 1 ? this.task.labels : labels.get(task)) ?? null,
            tensors: pick(task),
          },
        ]),
      ),
    };
  }

  /** Returns the model folder's files by relative path. */
  async files(): Promise<FileSet> {
    return snapshotFiles(await this.snapshot());
  }

  /** Merges the model into one adapter with its head; see {@link mergeSnapshot}. */
  async merge(): Promise<ModelSnapshot> {
    return mergeSnapshot(await this.snapshot());
  }

  /**
   * Returns the trained adapter as a source for stage 2. A sum of adapters is merged first.
   *
   * @throws ArgumentError if the method is not an adapter
   */
  async adapter(): Promise<SourceAdapter> {
    const { method, ...call } = await this.snapshot();
    const adapter = method.adapter?.(call) ?? method.merge?.(call);
    if (adapter) return adapter;
    throw new ArgumentError(`a ${method.name} model is not an adapter; it cannot be a source`);
  }

  /** Frees the parameters and the compiled programs, but not the encoder. A view of one task frees nothing. */
  dispose(): void {
    if (this.#whole !== this) return;
    this.#predictors.dispose();
    this.#model.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
