import { adapterSoup, type SoupSampling, type SoupTask, soupSimilarities } from '@scalearn/baselines';
import type { Task } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import { FolderError } from '../errors.ts';
import { readRunFile } from '../folders/run-json.ts';
import { loadData } from '../model/data.ts';
import { trainedTask } from '../model/model-task.ts';
import type { Source } from '../model/sources.ts';
import type { MethodEntry, Preparation } from './entry.ts';

/** AdapterSoup: which sources go into it is decided by how similar their tasks' training texts are to the target's. */
export const adapterSoupEntry: MethodEntry = {
  id: 'adapter-soup',
  summary: 'an average of the sources; only the head trains',
  options: {
    topK: { kind: 'whole', text: 'how many sources go into it (default: 5)' },
    similarities: { kind: 'numbers', text: "of the sources' texts to the target's (default: measured)" },
    sentenceEncoder: {
      kind: 'text',
      text: 'hub name or folder of what embeds the texts (default: the encoder itself)',
    },
    sampling: {
      kind: ['intended', 'released'],
      text: 'released looks at as few texts as the released code does (default: intended)',
    },
    limit: { kind: 'whole', text: 'texts of a task, at most (default: 10000)' },
  },
  sources: 1,
  async prepare(preparation) {
    const { options } = preparation;
    return options.similarities === undefined ? { similarities: await similarities(preparation) } : {};
  },
  make: ({ sources, similarities: measured, topK, ...rest }) => {
    if (measured !== undefined)
      return adapterSoup({
        sources,
        similarities: measured as readonly number[],
        ...(topK === undefined ? {} : { topK: topK as number }),
      });
    const weights = sources.map(() => 1 / sources.length);
    return { ...adapterSoup({ sources, weights }), settings: { topK: topK ?? 5, ...rest } };
  },
};

async function similarities({
  options,
  sources,
  task,
  encoder,
  reporter,
  signal,
}: Preparation): Promise<readonly number[]> {
  const tasks: SoupTask[] = [];
  for (const source of sources) tasks.push(await soupTask(source, task));
  const target = tasks.find((_, i) => sources[i]?.isOwn);
  if (!target)
    throw new FolderError(
      `none of the sources was trained on ${task.id}, whose texts the others are compared with; add it, or give --set similarities=…`,
    );
  reporter.note(`comparing the texts of ${tasks.map(({ name }) => name).join(', ')}`);
  const { sentenceEncoder, sampling, limit } = options as {
    readonly sentenceEncoder?: string;
    readonly sampling?: SoupSampling;
    readonly limit?: number;
  };
  const compare = (by: Preparation['encoder']): Promise<number[]> =>
    soupSimilarities(by, tasks, target.name, { sampling, limit, signal });
  if (sentenceEncoder === undefined) return compare(encoder);
  using other = await loadEncoder(sentenceEncoder, { device: encoder.device });
  return compare(other);
}

/** A source's training texts, of the task that its `run.json` names. */
async function soupTask({ adapter, path, isOwn }: Source, target: Task): Promise<SoupTask> {
  const task = isOwn ? target : await sourceTask(path);
  const texts = task.train.map(({ segments }) => segments.join(' '));
  return { name: adapter.name, texts, splits: task.testMismatched ? 5 : 3 };
}

async function sourceTask(path: string): Promise<Task> {
  const run = await readRunFile(path);
  if (!run)
    throw new FolderError(
      `${path} has no run.json that says which texts it was trained on; give --set similarities=…`,
    );
  const { maxLength } = run.settings;
  return loadData(await trainedTask(path, {}, run), { maxLength, limit: null, evalLimit: null });
}
