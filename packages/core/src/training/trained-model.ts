import type { Disposes } from '../devices/device.ts';
import { at } from '../elements.ts';
import { ArgumentError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Adapter } from '../methods/adapter.ts';
import type { FileSet } from '../methods/method.ts';
import type { Encoder } from '../nn/encoder.ts';
import type { SavedHead } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { type EncodedExample, encodeExample, encodeText } from './batches.ts';
import type { Progress } from './checkpoint.ts';
import { type EpochRecord, type ProgressEvent, phaseReporter } from './events.ts';
import { mapTimeSliced } from './loop.ts';
import type { TrainableModel } from './model.ts';
import { type ModelOutput, type Predictions, Predictors } from './predict.ts';
import { type ModelSnapshot, mergeSnapshot, modelFromSnapshot, snapshotFiles } from './snapshot.ts';
import { findByName, type TaskShape, type TrainingExample, taskName } from './task.ts';

export interface PredictOptions {
  readonly batchSize?: number;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/**
 * A model that answers: trained just now, or read from a folder. One that was trained for several tasks answers for each
 * through {@link TrainedModel.for}.
 */
export class TrainedModel implements Disposes {
  /** One, but after joint training. */
  readonly tasks: readonly TaskShape[];
  readonly #model: TrainableModel;
  readonly #progress: Progress | undefined;
  /** Every task of the model, whichever it answers for. */
  readonly #all: readonly TaskShape[];
  readonly #predictors: Predictors;
  /** Whether the parameters are its own to free. */
  readonly #owns: boolean;

  /** @param whole the model of several tasks of which this is to be a view: it then owns nothing */
  constructor(model: TrainableModel, tasks: readonly TaskShape[], progress?: Progress, whole?: TrainedModel) {
    this.#model = model;
    this.tasks = tasks;
    this.#progress = progress;
    this.#all = whole ? whole.#all : tasks;
    this.#predictors = whole ? whole.#predictors : new Predictors(model);
    this.#owns = whole === undefined;
  }

  /** The task it answers for. @throws ArgumentError if it has several */
  get task(): TaskShape {
    const [task, ...others] = this.tasks;
    if (task && others.length === 0) return task;
    throw new ArgumentError(
      `the model has several tasks (${this.tasks.map(({ id }) => id).join(', ')}); say which with for(id)`,
    );
  }

  /**
   * The model for one of its tasks: a view that owns nothing. It works until the model is disposed of.
   *
   * @param id of the task, or its name
   */
  for(id: string): TrainedModel {
    const task = findByName(this.tasks, id);
    if (task) return new TrainedModel(this.#model, [task], this.#progress, this);
    throw new ArgumentError(
      `the model has no task '${id}'; it has ${this.tasks.map((each) => each.id).join(', ')}`,
    );
  }

  /**
   * Puts a saved model on the encoder's device.
   *
   * @param tasks those of the snapshot, in any order: their names are those of its heads
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

  /** What it computes for a batch of its task: `logits` from the encoder's inputs, without dropout. */
  graph(): Graph {
    const { logits } = this.#model.build(undefined, this.#name);
    return { outputs: { logits } };
  }

  /** Per epoch; empty for a model that was read from a folder. */
  get history(): readonly EpochRecord[] {
    return this.#progress?.history ?? [];
  }

  /** The epoch whose parameters these are, from 1; 0 for a model that was read. */
  get bestEpoch(): number {
    return this.#progress?.stopping.bestEvaluation ?? 0;
  }

  get steps(): number {
    return this.#progress?.step ?? 0;
  }

  /** Seconds of training, those before an interruption included. */
  get seconds(): number {
    return this.#progress?.seconds ?? 0;
  }

  /** Trainable values of the method and of the heads. */
  get parameterCount(): { readonly method: number; readonly head: number } {
    return this.#model.count();
  }

  /** Logits of labeled examples, and their loss. */
  async predict(examples: readonly TrainingExample[], options: PredictOptions = {}): Promise<Predictions> {
    const { encoder } = this.#model;
    return this.#predict(
      examples,
      (example, row) => encodeExample(encoder, this.task, example, row),
      options,
    );
  }

  /**
   * Logits for texts without labels.
   *
   * @throws ArgumentError if the model chooses between several texts: give those to `predict`
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

  /** Its task's name in the model: that of the only head, whatever the rows are called. */
  get #name(): string {
    const { tasks } = this.#model;
    return tasks.length === 1 ? at(tasks, 0) : taskName(this.task);
  }

  /** A copy on the host. */
  async snapshot(): Promise<ModelSnapshot> {
    const model = this.#model;
    const all = [...(await model.parameters.read())];
    const pick = (task: string | undefined): Map<string, NamedTensor> =>
      new Map(all.filter(([name]) => model.headTask(name) === task));
    const labels = new Map(this.#all.map((task) => [taskName(task), task.labels]));
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

  /** The model folder's files by relative path. */
  async files(): Promise<FileSet> {
    return snapshotFiles(await this.snapshot());
  }

  /** The model as one bottleneck adapter with its head; see {@link mergeSnapshot}. */
  async merge(): Promise<ModelSnapshot> {
    return mergeSnapshot(await this.snapshot());
  }

  /**
   * The trained adapter, merged if it is a sum of several: a source for stage 2.
   *
   * @throws ArgumentError if the method is no bottleneck adapter
   */
  async adapter(): Promise<Adapter> {
    const { method, ...call } = await this.snapshot();
    const adapter = method.adapter?.(call) ?? method.merge?.(call);
    if (adapter) return adapter;
    throw new ArgumentError(`a ${method.name} model is no bottleneck adapter; it cannot be a source`);
  }

  /** Frees the parameters and the compiled programs; the encoder stays. A view of one task frees nothing. */
  dispose(): void {
    if (!this.#owns) return;
    this.#predictors.dispose();
    this.#model.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
