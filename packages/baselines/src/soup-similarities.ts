import type { Encoder } from '@scalearn/core';
import { type SentenceEmbeddingOptions, sentenceEmbeddings } from './sentence-embeddings.ts';
import { type SoupRowsOptions, type SoupTask, soupRows } from './soup-rows.ts';
import { textSimilarity } from './soup-weights.ts';

/**
 * Computes how similar each task's training texts are to the target's. `adapterSoup` selects its sources by these
 * numbers.
 *
 * @param encoder embeds the texts; it is a sentence encoder, not the encoder being adapted
 * @param target name of one of the tasks
 * @returns a number from 0 to 1 for each task, in their order
 */
export async function soupSimilarities(
  encoder: Encoder,
  tasks: readonly SoupTask[],
  target: string,
  { sampling, limit, seed, ...options }: SoupRowsOptions & SentenceEmbeddingOptions = {},
): Promise<number[]> {
  const rows = soupRows(tasks, target, { sampling, limit, seed });
  const embed = ({ texts }: SoupTask, chosen: Int32Array): Promise<Float32Array[]> =>
    sentenceEmbeddings(
      encoder,
      Array.from(chosen, (row) => texts[row] as string),
      options,
    );
  const task = tasks.find(({ name }) => name === target) as SoupTask;
  const embeddings = await embed(task, rows.target);
  const similarities: number[] = [];
  for (const [t, source] of tasks.entries())
    similarities.push(textSimilarity(await embed(source, rows.sources[t] as Int32Array), embeddings));
  return similarities;
}
