import type { Disposes } from '../devices/device.ts';
import { ArgumentError } from '../errors.ts';
import type { Adapter } from '../methods/adapter.ts';
import type { FileSet } from '../methods/method.ts';
import type { Encoder } from '../nn/encoder.ts';
import { createHead } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { type EncodedExample, encodeExample, encodeText } from './batches.ts';
import type { Progress } from './checkpoint.ts';
import { type EpochRecord, type ProgressEvent, phaseReporter } from './events.ts';
import { inTurns } from './in-turns.ts';
import { TrainableModel } from './model.ts';
import { type Answers, type Predictions, Predictor } from './predict.ts';
import { type ModelSnapshot, mergeSnapshot, snapshotFiles } from './snapshot.ts';
import type { TrainingExample, TrainingTask } from './task.ts';

type TaskShape = Pick<TrainingTask, 'id' | 'problem' | 'labels' | 'maxLength' | 'truncation'>;

export interface PredictOptions {
  readonly batchSize?: number;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** A model that answers: trained just now, or read from a folder. */
export class TrainedModel implements Disposes {
  readonly task: TaskShape;
  readonly #model: TrainableModel;
  readonly #progress: Progress | undefined;

  constructor(model: TrainableModel, task: TaskShape, progress?: Progress) {
    this.#model = model;
    this.task = task;
    this.#progress = progress;
  }

  /** Puts a saved model on the encoder's device. */
  static async fromSnapshot(
    encoder: Encoder,
    snapshot: ModelSnapshot,
    task: TaskShape,
  ): Promise<TrainedModel> {
    const { method, head, adapterName, tensors } = snapshot;
    const model = await TrainableModel.create({
      encoder,
      method,
      head: createHead(head.options),
      adapterName,
      seed: 0,
    });
    try {
      model.parameters.write(new Map([...tensors, ...head.tensors]));
    } catch (error) {
      model.dispose();
      throw error;
    }
    return new TrainedModel(model, task);
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

  /** Trainable values of the method and of the head. */
  get parameterCount(): { readonly method: number; readonly head: number } {
    return this.#model.count();
  }

  /** Answers, and their loss. */
  async predict(examples: readonly TrainingExample[], options: PredictOptions = {}): Promise<Predictions> {
    const { encoder } = this.#model;
    return this.#predict(
      examples,
      (example, row) => encodeExample(encoder, this.task, example, row),
      options,
    );
  }

  /** Logits for texts without labels. */
  async answer(
    texts: readonly TrainingExample['segments'][],
    options: PredictOptions = {},
  ): Promise<Answers> {
    const { encoder } = this.#model;
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
    const encoded = await inTurns(items, encode, { signal, onProgress: report('tokenize') });
    const predictor = await Predictor.create(this.#model, encoded, batchSize, report('compile'));
    try {
      return await predictor.predict(encoded, signal, report('evaluate'));
    } finally {
      predictor.dispose();
    }
  }

  /** A copy on the host. */
  async snapshot(): Promise<ModelSnapshot> {
    const model = this.#model;
    const all = await model.parameters.read();
    const pick = (head: boolean): Map<string, NamedTensor> =>
      new Map([...all].filter(([name]) => model.isHeadParameter(name) === head));
    return {
      ...model.target,
      method: model.method,
      modelName: model.encoder.name,
      tensors: pick(false),
      head: { options: model.head.options, labels: this.task.labels, tensors: pick(true) },
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
    const { method, head: _, ...call } = await this.snapshot();
    const adapter = method.adapter?.(call) ?? method.merge?.(call);
    if (adapter) return adapter;
    throw new ArgumentError(`a ${method.name} model is no bottleneck adapter; it cannot be a source`);
  }

  /** Frees the parameters; the encoder stays. */
  dispose(): void {
    this.#model.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
