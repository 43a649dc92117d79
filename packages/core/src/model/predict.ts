import { ScalearnError } from '../errors.ts';
import { fed } from '../graph/feeds.ts';
import { batchFeeds, batchWeight, type EncodedExample, largestBatch } from './batches.ts';
import { runInOrder } from './loop.ts';
import { compileWithProgress, type OnProgress } from './progress.ts';
import type { TrainableModel } from './trainable-model.ts';

/** A model's output for a list of texts. */
export interface ModelOutput {
  /** `[rows, columns]`, row-major. */
  readonly logits: Float32Array;
  /** Number of texts. */
  readonly rows: number;
  /** Number of logits of a text: classes, labels, choices, or 1 for regression. */
  readonly columns: number;
}

/** A model's output for labeled examples. */
export interface Predictions extends ModelOutput {
  /** `[rows]`, or `[rows, columns]` for multi-label tasks. */
  readonly labels: readonly number[];
  /** Mean loss over the examples; in training with class weights, the weighted mean. */
  readonly loss: number;
}

interface PredictCall {
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** Evaluates examples of one task without dropout. */
export interface Predictor {
  /**
   * @returns the predictions; the loss is NaN for texts without labels
   * @throws ScalearnError if there are no examples
   */
  predict(examples: readonly EncodedExample[], call: PredictCall): Promise<Predictions>;
  dispose(): void;
}

/**
 * Compiles the program of a predictor.
 *
 * @param task the task of the examples, one of the model's tasks
 * @param examples examples of the same kind as later ones; with labels if the loss is needed
 * @param classWeights weight of each class in the loss, `[classes]`; equal weights by default
 */
export async function createPredictor(
  model: TrainableModel,
  task: string,
  examples: readonly EncodedExample[],
  { batchSize, onProgress }: Pick<PredictCall, 'batchSize' | 'onProgress'>,
  classWeights?: readonly number[],
): Promise<Predictor> {
  const { encoder } = model;
  const head = model.head(task);
  const { logits, loss } = model.build(undefined, task, classWeights !== undefined);
  const program = await compileWithProgress(
    encoder.device,
    { outputs: hasLabels(examples) ? { logits, loss } : { logits } },
    { ...largestBatch(examples, batchSize), label: 'evaluation', onProgress },
  );
  return {
    async predict(examples, { batchSize, signal, onProgress }) {
      if (examples.length === 0)
        throw new ScalearnError('there is nothing to evaluate: the split has no rows');
      const columns = head.outputs;
      const logits = new Float32Array(examples.length * columns);
      let [total, weights, done] = [0, 0, 0];
      onProgress?.(done, examples.length);
      // Sorting by length would save nothing: batches are ragged.
      await runInOrder(batchesOf(examples, batchSize, signal), async ({ batch, row }) => {
        const result = await program.run(batchFeeds(encoder, head, batch, classWeights));
        logits.set(fed(result, 'logits'), row * columns);
        const weight = batchWeight(batch, classWeights);
        total += (result.loss?.[0] ?? Number.NaN) * weight;
        weights += weight;
        done += batch.length;
        onProgress?.(done, examples.length);
      });
      const labels = examples.flatMap((example) => example.label);
      return { logits, rows: examples.length, columns, labels, loss: total / weights };
    },
    dispose: () => program.dispose(),
  };
}

/** A model's programs for evaluation. They are compiled on first use and kept for later texts. */
export class Predictors {
  readonly #model: TrainableModel;
  readonly #kept = new Map<string, Promise<Predictor>>();

  constructor(model: TrainableModel) {
    this.#model = model;
  }

  /** Evaluates a task of the model; see {@link Predictor}. */
  async predict(
    task: string,
    examples: readonly EncodedExample[],
    { onCompile, ...call }: PredictCall & { readonly onCompile?: OnProgress | undefined },
  ): Promise<Predictions> {
    const key = JSON.stringify([task, hasLabels(examples)]);
    let predictor = this.#kept.get(key);
    if (!predictor) {
      predictor = createPredictor(this.#model, task, examples, { ...call, onProgress: onCompile });
      this.#kept.set(key, predictor);
      // A failed compilation is tried again next time.
      predictor.catch(() => this.#kept.delete(key));
    }
    return (await predictor).predict(examples, call);
  }

  dispose(): void {
    // A predictor that is still compiling is disposed afterwards. Its caller already gets a compilation error.
    for (const predictor of this.#kept.values())
      predictor.then(
        (ready) => ready.dispose(),
        () => {},
      );
    this.#kept.clear();
  }
}

const hasLabels = (examples: readonly EncodedExample[]): boolean =>
  examples.some((example) => example.label.length > 0);

/** Yields the examples in batches, each with its first row. Throws the signal's reason after an abort. */
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
