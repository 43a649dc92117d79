import type { HostArray, Program } from '../devices/device.ts';
import { ScalearnError } from '../errors.ts';
import { batchFeeds, consecutive, type EncodedExample, largestBatch } from './batches.ts';
import type { TrainableModel } from './model.ts';

/** A model's answers to a list of examples. */
export interface Predictions {
  /** `[rows, columns]`, row-major. */
  readonly logits: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** `[rows]`, or `[rows, columns]` for multi-label tasks. */
  readonly labels: readonly number[];
  /** Mean loss over the examples. */
  readonly loss: number;
}

/** Evaluates examples without dropout. */
export class Predictor {
  readonly #model: TrainableModel;
  readonly #program: Promise<Program>;
  readonly #batchSize: number;

  constructor(model: TrainableModel, examples: readonly EncodedExample[], batchSize: number) {
    const { logits, loss } = model.build();
    this.#model = model;
    this.#batchSize = batchSize;
    const capacity = largestBatch(examples, batchSize);
    this.#program = model.encoder.device.compile(
      { outputs: { logits, loss } },
      { capacity, label: 'evaluation' },
    );
    this.#program.catch(() => undefined);
  }

  /** @throws ScalearnError for no examples */
  async predict(examples: readonly EncodedExample[], signal?: AbortSignal): Promise<Predictions> {
    if (examples.length === 0) throw new ScalearnError('there is nothing to evaluate: the split has no rows');
    const { encoder, head } = this.#model;
    const program = await this.#program;
    const columns = head.outputs;
    const logits = new Float32Array(examples.length * columns);
    let total = 0;
    let row = 0;
    // Sorting by length would save nothing: batches are ragged.
    const running: Promise<void>[] = [];
    for (const rows of consecutive(Int32Array.from(examples.keys()), this.#batchSize)) {
      signal?.throwIfAborted();
      const batch = Array.from(rows, (i) => examples[i] as EncodedExample);
      const at = row * columns;
      row += batch.length;
      running.push(
        program.run(batchFeeds(encoder, head, batch)).then((result) => {
          logits.set(result.logits as HostArray, at);
          total += ((result.loss as HostArray)[0] as number) * batch.length;
        }),
      );
      if (running.length >= 3) await running.shift();
    }
    await Promise.all(running);
    const labels = examples.flatMap((example) => example.label);
    return { logits, rows: examples.length, columns, labels, loss: total / examples.length };
  }

  async dispose(): Promise<void> {
    await this.#program.then(
      (program) => program.dispose(),
      () => undefined,
    );
  }
}
