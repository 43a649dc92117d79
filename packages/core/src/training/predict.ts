import type { Program } from '../devices/device.ts';
import { ScalearnError } from '../errors.ts';
import { fed } from '../graph/feeds.ts';
import type { Head } from '../nn/head.ts';
import { batchFeeds, batchWeight, type EncodedExample, largestBatch } from './batches.ts';
import { compileWithProgress } from './compile.ts';
import { runInOrder } from './loop.ts';
import type { TrainableModel } from './model.ts';

/** A model's answers to a list of texts. */
export interface Answers {
  /** `[rows, columns]`, row-major. */
  readonly logits: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** A model's answers to labelled examples. */
export interface Predictions extends Answers {
  /** `[rows]`, or `[rows, columns]` for multi-label tasks. */
  readonly labels: readonly number[];
  /** Mean loss over the examples; in training with class weights, the weighted mean. */
  readonly loss: number;
}

/** Told how far something has come. */
export type OnProgress = (done: number, total: number) => void;

/** How examples are evaluated. */
export interface PredictorOptions {
  readonly batchSize: number;
  /** Which of the model's tasks they are of. */
  readonly task: string;
  readonly onProgress?: OnProgress | undefined;
  /** What rows of each class count in the loss; all the same where left out. */
  readonly classWeights?: readonly number[] | undefined;
}

/** Evaluates examples without dropout. */
export class Predictor {
  readonly #model: TrainableModel;
  readonly #program: Program;
  readonly #head: Head;
  readonly #how: PredictorOptions;

  private constructor(model: TrainableModel, program: Program, head: Head, how: PredictorOptions) {
    this.#model = model;
    this.#program = program;
    this.#head = head;
    this.#how = how;
  }

  /** @param examples like those that will be asked for; with labels, if the loss is wanted */
  static async create(
    model: TrainableModel,
    examples: readonly EncodedExample[],
    how: PredictorOptions,
  ): Promise<Predictor> {
    const { batchSize, task, onProgress, classWeights } = how;
    const { logits, loss } = model.build(undefined, task, classWeights !== undefined);
    const labelled = examples.some((example) => example.label.length > 0);
    const program = await compileWithProgress(
      model.encoder.device,
      { outputs: labelled ? { logits, loss } : { logits } },
      { ...largestBatch(examples, batchSize), label: 'evaluation', onProgress },
    );
    return new Predictor(model, program, model.head(task), how);
  }

  /**
   * @returns with a loss of NaN for texts without labels
   * @throws ScalearnError for no examples
   */
  async predict(
    examples: readonly EncodedExample[],
    signal?: AbortSignal,
    onProgress?: OnProgress,
  ): Promise<Predictions> {
    if (examples.length === 0) throw new ScalearnError('there is nothing to evaluate: the split has no rows');
    const { encoder } = this.#model;
    const head = this.#head;
    const columns = head.outputs;
    const logits = new Float32Array(examples.length * columns);
    const { batchSize, classWeights } = this.#how;
    let [total, weights] = [0, 0];
    let done = 0;
    onProgress?.(done, examples.length);
    // Sorting by length would save nothing: batches are ragged.
    await runInOrder(batchesOf(examples, batchSize, signal), async ({ batch, row }) => {
      const result = await this.#program.run(batchFeeds(encoder, head, batch, classWeights));
      logits.set(fed(result, 'logits'), row * columns);
      const weight = batchWeight(batch, classWeights);
      total += (result.loss?.[0] ?? Number.NaN) * weight;
      weights += weight;
      done += batch.length;
      onProgress?.(done, examples.length);
    });
    const labels = examples.flatMap((example) => example.label);
    return { logits, rows: examples.length, columns, labels, loss: total / weights };
  }

  dispose(): void {
    this.#program.dispose();
  }
}

/** The examples in batches, each with the row it begins at; throws the signal's reason after it. */
function* batchesOf(
  examples: readonly EncodedExample[],
  size: number,
  signal: AbortSignal | undefined,
): Generator<{ readonly batch: readonly EncodedExample[]; readonly row: number }> {
  for (let row = 0; row < examples.length; row += size) {
    signal?.throwIfAborted();
    yield { batch: examples.slice(row, row + size), row };
  }
}
