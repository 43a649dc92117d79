import { lorahubWeights, type SoupSampling, type SoupTask, soupSimilarities } from '@scalearn/baselines';
import type { Encoder, SourceAdapter } from '@scalearn/core';
import { defaultPooling, type Pooling } from '@scalearn/core/methods';
import type { Task } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import type { Reporter } from '../events/events.ts';

/** A source adapter and where it came from. */
export interface Source {
  /** The trained adapter, or what replaces it as a control. */
  readonly adapter: SourceAdapter;
  /** Path as the user gave it. */
  readonly path: string;
  /** Whether it was trained on the target task. */
  readonly isOwn: boolean;
  /** Identifies the trained adapter, even if a control replaces it: the name, and a checksum of the weights. */
  readonly fingerprint: string;
}

/** What a method can use when it is prepared. */
export interface Preparation {
  readonly options: Readonly<Record<string, unknown>>;
  readonly sources: readonly Source[];
  /** The target task. */
  readonly task: Task;
  /** Seed of the run. */
  readonly seed: number;
  /** What the head reads of a text; undefined for what it reads by default. */
  readonly pooling: Pooling | undefined;
  readonly encoder: Encoder;
  /** Loads the task that a source was trained on, with its rows. */
  sourceTask(source: Source): Promise<Task>;
  readonly reporter: Pick<Reporter, 'note' | 'progress'>;
  readonly signal: AbortSignal;
}

/** Computes options of a method from data, before the method is made for training. */
export type Prepare = (preparation: Preparation) => Promise<Readonly<Record<string, unknown>>>;

/** Prepares AdapterSoup: selects the sources whose tasks have training texts similar to the target's. */
export const prepareSoup: Prepare = async (preparation) =>
  preparation.options.similarities === undefined ? { similarities: await similarities(preparation) } : {};

async function similarities(preparation: Preparation): Promise<readonly number[]> {
  const { options, sources, task, encoder, reporter, signal } = preparation;
  const tasks: SoupTask[] = [];
  for (const source of sources) {
    const own = source.isOwn ? task : await preparation.sourceTask(source);
    tasks.push(soupTask(source.adapter.name, own));
  }
  const own = tasks.find((_, i) => sources[i]?.isOwn) ?? soupTask('target', task);
  const names = tasks.map(({ name }) => name).join(', ');
  reporter.note(`comparing the texts of ${names} with those of ${task.id}`);
  const { sentenceEncoder, sampling, texts } = options as {
    readonly sentenceEncoder?: string;
    readonly sampling?: SoupSampling;
    readonly texts?: number;
  };
  const compare = async (by: Encoder): Promise<number[]> => {
    const all = tasks.includes(own) ? tasks : [...tasks, own];
    const found = await soupSimilarities(by, all, own.name, { sampling, limit: texts, signal });
    return found.slice(0, tasks.length);
  };
  if (sentenceEncoder === undefined) return compare(encoder);
  using other = await loadEncoder(sentenceEncoder, { device: encoder.device, signal });
  return await compare(other);
}

function soupTask(name: string, task: Task): SoupTask {
  return { name, texts: trainingTexts(task), splits: task.testMismatched ? 5 : 3 };
}

/** Returns a task's training texts, those of a row as one; of a multiple-choice row, the first choice is read. */
export function trainingTexts({ train }: Pick<Task, 'train'>): string[] {
  return train.map(({ segments, choices = [] }) => [...segments, ...choices.slice(0, 1)].join(' '));
}

/** Prepares LoRAHub: searches the weights of its sources on a few training rows. */
export const prepareLorahub: Prepare = async ({
  options,
  sources,
  task,
  seed,
  pooling,
  encoder,
  reporter,
  signal,
}) => {
  if (options.weights !== undefined) return {};
  reporter.note(`searching weights of ${sources.length} LoRAs on rows of ${task.id}`);
  const weights = await lorahubWeights({
    ...{ ...options, sources: sources.map(({ adapter }) => adapter), encoder, task, seed, signal },
    pooling: pooling ?? defaultPooling({ layout: 'static' }, encoder.architecture),
  });
  const shown = sources.map(({ adapter: { name } }, t) => `${name} ${weights[t]?.toFixed(2)}`);
  reporter.note(`weights: ${shown.join(', ')}`);
  return { weights };
};
