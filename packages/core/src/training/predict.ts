import type { Program } from '../devices/device.ts';
import { ScalearnError } from '../errors.ts';
import { fed } from '../graph/feeds.ts';
import type { Head } from '../nn/head.ts';
import { batchFeeds, type EncodedExample, largestBatch } from './batches.ts';
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
  /** Mean loss over the examples. */
  readonly loss: number;
}

/** Told how far something has come. */
export type OnProgress = (done: number, total: number) => void;

/** Evaluates examples without dropout. */
export class Predictor {
  readonly #model: TrainableModel;
  readonly #program: Program;
  readonly #head: Head;
  readonly #batchSize: number;

  private constructor(model: TrainableModel, program: Program, head: Head, batchSize: number) {
    this.#model = model;
    this.#program = program;
    this.#head = head;
    this.#batchSize = batchSize;
  }

  /** @param examples like those that will be asked for; with labels, if the loss is wanted */
  static async create(
    model: TrainableModel,
    examples: readonly EncodedExample[],
    {
      batchSize,
      task,
      onProgress,
    }: {
      readonly batchSize: number;
      /** Which of the model's tasks they are of. */
      readonly task: string;
      readonly onProgress?: OnProgress | undefined;
    },
  ): Promise<Predictor> {
    const { logits, loss } = model.build(undefined, task);
    const labelled = examples.some((example) => example.label.length > 0);
    const program = await compileWithProgress(
      model.encoder.device,
      { outputs: labelled ? { logits, loss } : { logits } },
      { ...largestBatch(examples, batchSize), label: 'evaluation', onProgress },
    );
    return new Predictor(model, program, model.head(task), batchSize);
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
    let total = 0;
    let done = 0;
    onProgress?.(done, examples.length);
    // Sorting by length would save nothing: batches are ragged.
    await runInOrder(batchesOf(examples, this.#batchSize, signal), async ({ batch, row }) => {
      const result = await this.#program.run(batchFeeds(encoder, head, batch));
      logits.set(fed(result, 'logits'), row * columns);
      total += (result.loss?.[0] ?? Number.NaN) * batch.length;
      done += batch.length;
      onProgress?.(done, examples.length);
    });
    const labels = examples.flatMap((example) => example.label);
    return { logits, rows: examples.length, columns, labels, loss: total / examples.length };
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
