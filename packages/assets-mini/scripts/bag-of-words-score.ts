import { loadTask } from '@scalearn/datasets';
import { bagOfWords, computeMetrics } from '@scalearn/evaluation';
import type { SourceTask } from '../src/index.ts';
import type { Score } from './model-card.ts';

/** What a linear model of the words of each text reaches on the test split of a task, by the task's primary metric. */
export async function bagOfWordsScore(name: SourceTask): Promise<Score> {
  const task = await loadTask(`miniglue/${name}`);
  const { labels, test } = task;
  const answers = bagOfWords(task, test);
  const columns = labels?.length ?? 1;
  // The class that was chosen has the largest logit.
  const logits = labels ? answers.flatMap((id) => labels.map((_, i) => Number(i === id))) : answers;
  const output = { logits: Float32Array.from(logits), rows: test.length, columns };
  return computeMetrics(task, { ...output, labels: test.map(({ label }) => label as number) }).primary;
}
