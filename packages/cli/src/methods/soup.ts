import { type SoupSampling, type SoupTask, soupSimilarities } from '@scalearn/baselines';
import type { Encoder } from '@scalearn/core';
import type { Task } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import type { MethodEntry, Preparation } from './entry.ts';

/** Prepares AdapterSoup: selects the sources whose tasks have training texts similar to the target's. */
export const prepareSoup: MethodEntry['prepare'] = async (preparation) =>
  preparation.options.similarities === undefined ? { similarities: await similarities(preparation) } : {};

async function similarities(preparation: Preparation): Promise<readonly number[]> {
  const { options, sources, task, encoder, reporter, signal } = preparation;
  const tasks: SoupTask[] = [];
  for (const source of sources) {
    const own = source.isOwn ? task : await preparation.sourceTask(source);
    tasks.push(soupTask(source.adapter.name, own));
  }
  const own = tasks.find((_, i) => sources[i]?.isOwn) ?? soupTask('target', task);
  reporter.note(
    `comparing the texts of ${tasks.map(({ name }) => name).join(', ')} with those of ${task.id}`,
  );
  const { sentenceEncoder, sampling, texts } = options as {
    readonly sentenceEncoder?: string;
    readonly sampling?: SoupSampling;
    readonly texts?: number;
  };
  const compare = async (by: Encoder): Promise<number[]> => {
    const all = tasks.includes(own) ? tasks : [...tasks, own];
    return (await soupSimilarities(by, all, own.name, { sampling, limit: texts, signal })).slice(
      0,
      tasks.length,
    );
  };
  if (sentenceEncoder === undefined) return compare(encoder);
  using other = await loadEncoder(sentenceEncoder, { device: encoder.device, signal });
  return compare(other);
}

/** Returns a task's training texts; of a multiple-choice row, the first choice is read. */
function soupTask(name: string, { train, testMismatched }: Task): SoupTask {
  const texts = train.map(({ segments, choices = [] }) => [...segments, ...choices.slice(0, 1)].join(' '));
  return { name, texts, splits: testMismatched ? 5 : 3 };
}
