import type { EncodedText, HostArray } from '@scalearn/core';
import { type Program, RandomStream } from '@scalearn/core/graph';
import { largestMaskedBatch, type MaskedBatch, type MaskingVocabulary, maskTokens } from './masking.ts';
import type { MaskedLanguageModel } from './model.ts';
import type { PretrainPlan } from './options.ts';

/** Evaluates a model on held-out texts. Their masks are drawn once, so that all evaluations predict the same tokens. */
export class Evaluator implements Disposable {
  readonly #program: Program;
  readonly #batches: readonly Record<string, HostArray>[];

  private constructor(program: Program, batches: readonly Record<string, HostArray>[]) {
    this.#program = program;
    this.#batches = batches;
  }

  static async create(
    model: MaskedLanguageModel,
    texts: readonly EncodedText[],
    vocabulary: MaskingVocabulary,
    { batchSize, maskRate, seed }: PretrainPlan,
  ): Promise<Evaluator> {
    const { loss, logits } = model.build();
    const program = await model.device.compile(
      { outputs: { loss, logits } },
      { ...largestMaskedBatch(texts, batchSize, vocabulary, maskRate), label: 'evaluation' },
    );
    const random = new RandomStream(seed, 'mask/heldOut');
    const batches: MaskedBatch[] = [];
    for (let begin = 0; begin < texts.length; begin += batchSize)
      batches.push(maskTokens(texts.slice(begin, begin + batchSize), vocabulary, random, maskRate));
    return new Evaluator(
      program,
      batches.map((batch) => model.feeds(batch)),
    );
  }

  /** Returns the mean loss and the accuracy over all masked tokens. */
  async evaluate(signal?: AbortSignal): Promise<{ readonly loss: number; readonly accuracy: number }> {
    let [loss, right, count] = [0, 0, 0];
    for (const feeds of this.#batches) {
      signal?.throwIfAborted();
      const labels = feeds.labels as Int32Array;
      const { loss: mean, logits } = await this.#program.run(feeds);
      loss += (mean?.[0] as number) * labels.length;
      right += countRight(logits as HostArray, labels);
      count += labels.length;
    }
    return { loss: loss / count, accuracy: right / count };
  }

  dispose(): void {
    this.#program.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Counts the rows of logits `[masked, vocabulary]` in which the right token has the single highest value. */
function countRight(logits: HostArray, labels: Int32Array): number {
  const width = logits.length / labels.length;
  let right = 0;
  for (const [row, label] of labels.entries()) {
    const score = logits[row * width + label] as number;
    let best = true;
    for (let id = 0; id < width && best; id++)
      best = id === label || (logits[row * width + id] as number) < score;
    if (best) right++;
  }
  return right;
}
