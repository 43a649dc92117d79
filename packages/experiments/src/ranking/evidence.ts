import {
  AdapterFeatures,
  type SentenceEmbeddingOptions,
  sentenceEmbeddings,
  textSimilarity,
} from '@scalearn/baselines';
import type { Encoder, SourceAdapter } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { defaultPooling, encodeExamples, type Pooling } from '@scalearn/core/methods';
import type { Example, Task } from '@scalearn/datasets';
import { type Features, logMe, logMeTargets } from '@scalearn/evaluation';
import { trainingTexts } from '../methods/preparation.ts';

/** Most texts of a task that are embedded. */
const mostTexts = 256;
/** Most training rows whose features are computed. */
const mostRows = 512;

/** Options of evidence that computes with the encoder. */
export type EvidenceOptions = Pick<SentenceEmbeddingOptions, 'signal'>;

/** Embeds a sample of a task's training texts by the frozen encoder. */
export function embedTask(
  encoder: Encoder,
  task: Task,
  { signal }: EvidenceOptions = {},
): Promise<Float32Array[]> {
  const texts = trainingTexts(task);
  const rows = new RandomStream(0, `rank/${task.id}`).permutation(texts.length).slice(0, mostTexts);
  const chosen = Array.from(rows, (row) => texts[row] ?? '');
  return sentenceEmbeddings(encoder, chosen, { ...(signal && { signal }) });
}

/**
 * Returns the similarity of two tasks: the cosine of the mean embeddings of their texts, or 0 if it is negative (Poth et
 * al. 2021, arXiv 2104.08247).
 */
export function taskSimilarity(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return Math.min(1, textSimilarity(a, b) / Math.sqrt(textSimilarity(a, a) * textSimilarity(b, b)));
}

/** Options of {@link LogMe}. */
export interface LogMeOptions extends EvidenceOptions {
  /** What the head reads of a text; by default what it reads in training. */
  readonly pooling?: Pooling | undefined;
}

/** LogME of a target's labels under any number of adapters. */
export class LogMe implements Disposable {
  readonly #features: AdapterFeatures;
  readonly #targets: readonly Float64Array[];
  readonly #shape: Pick<Features, 'rows' | 'columns'>;

  private constructor(
    features: AdapterFeatures,
    targets: readonly Float64Array[],
    shape: Pick<Features, 'rows' | 'columns'>,
  ) {
    this.#features = features;
    this.#targets = targets;
    this.#shape = shape;
  }

  /** Encodes the first training rows of a target. */
  static async create(encoder: Encoder, task: Task, { signal, pooling }: LogMeOptions = {}): Promise<LogMe> {
    const examples: readonly Example[] = task.train.slice(0, mostRows);
    const rows = await encodeExamples(encoder, task, examples, { signal });
    const texts = rows.flatMap((row) => row.texts);
    const { architecture } = encoder;
    const features = new AdapterFeatures(encoder, texts, {
      pooling: pooling ?? defaultPooling({ layout: 'static' }, architecture),
      signal,
    });
    const labels = examples.map(({ label }) => label);
    const targets = logMeTargets(task.problem, labels, task.labels?.length ?? 1);
    return new LogMe(features, targets, { rows: texts.length, columns: architecture.hiddenSize });
  }

  /** Computes LogME under an adapter. @throws ArgumentError for one that does not fit the encoder */
  async of(adapter: SourceAdapter): Promise<number> {
    return logMe({ values: await this.#features.compute(adapter), ...this.#shape }, this.#targets);
  }

  dispose(): void {
    this.#features.dispose();
  }
  [Symbol.dispose](): void {
    this.dispose();
  }
}
