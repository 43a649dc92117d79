import {
  adapterFeatures,
  type SentenceEmbeddingOptions,
  sentenceEmbeddings,
  textSimilarity,
} from '@scalearn/baselines';
import type { Encoder, SourceAdapter } from '@scalearn/core';
import { RandomStream } from '@scalearn/core/graph';
import { defaultPooling, encodeExamples, type Pooling } from '@scalearn/core/methods';
import type { Example, Task } from '@scalearn/datasets';
import { logMe, logMeTargets } from '@scalearn/evaluation';
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

/** Computes LogME of a target's labels under an adapter, or under the encoder itself. */
export async function adapterLogMe(
  encoder: Encoder,
  task: Task,
  adapter: SourceAdapter | undefined,
  { signal, pooling }: EvidenceOptions & { readonly pooling?: Pooling | undefined } = {},
): Promise<number> {
  const examples: readonly Example[] = task.train.slice(0, mostRows);
  const rows = await encodeExamples(encoder, task, examples, { signal });
  const texts = rows.flatMap((row) => row.texts);
  const { architecture } = encoder;
  const values = await adapterFeatures(encoder, texts, adapter, {
    pooling: pooling ?? defaultPooling({ layout: 'static' }, architecture),
    signal,
  });
  const labels = examples.map(({ label }) => label);
  const targets = logMeTargets(task.problem, labels, task.labels?.length ?? 1);
  return logMe({ values, rows: texts.length, columns: architecture.hiddenSize }, targets);
}
