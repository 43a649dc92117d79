import { appendFile, readFile } from 'node:fs/promises';
import { adapterFolder, encoderFolder, sourceTasks } from '@scalearn/assets-mini';
import { bottleneck, type Device, type SourceAdapter, train } from '@scalearn/core';
import { controlAdapter } from '@scalearn/core/methods';
import { loadTask, type Task } from '@scalearn/datasets';
import { loadAdapter, loadEncoder, type TransformerEncoder } from '@scalearn/encoders';

/** How well a source was trained: on all rows of its task, for a few steps, or not at all. */
export const qualities = ['full', 'short', 'random'] as const;
export type Quality = (typeof qualities)[number];

/** A source of the evaluation, named `TASK-QUALITY`. */
export interface RankedSource {
  readonly task: string;
  readonly quality: Quality;
  readonly adapter: SourceAdapter;
}

/** The mini encoder with the eight tasks of MiniGLUE, each with few rows, and their sources. */
export interface RankWorld {
  readonly encoder: TransformerEncoder;
  readonly tasks: readonly Task[];
  /** The sources for a target: those of all other tasks. */
  sourcesFor(target: Task): readonly RankedSource[];
}

/** Steps of the sources that are trained for a short time. */
const shortSteps = 20;

/** Loads the encoder and tasks, and makes the sources of some qualities. */
export async function openRankWorld(
  device: Device,
  wanted: readonly string[] = qualities,
): Promise<RankWorld> {
  const encoder = await loadEncoder(encoderFolder, { device });
  const tasks: Task[] = [];
  const sources: RankedSource[] = [];
  for (const name of sourceTasks) {
    const task = await loadTask(`miniglue/${name}`, { limit: 128, evalLimit: 500 });
    tasks.push(task);
    const full = await loadAdapter(adapterFolder(name));
    const make: Readonly<Record<Quality, () => SourceAdapter | Promise<SourceAdapter>>> = {
      full: () => full,
      short: () => trainShortly(encoder, name),
      random: () => controlAdapter(full, 'random', 0),
    };
    for (const quality of qualities) {
      if (!wanted.includes(quality)) continue;
      const adapter = { ...(await make[quality]()), name: `${name}-${quality}` };
      sources.push({ task: name, quality, adapter });
    }
  }
  return {
    encoder,
    tasks,
    sourcesFor: ({ id }) => sources.filter(({ task }) => `miniglue/${task}` !== id),
  };
}

/** Trains an adapter for a few steps on a task. */
async function trainShortly(encoder: TransformerEncoder, name: string): Promise<SourceAdapter> {
  // There is one evaluation, at the end, so its rows change nothing.
  const task = await loadTask(`miniglue/${name}`, { evalLimit: 50 });
  using model = await train({
    ...{ encoder, task, method: bottleneck({ reductionFactor: 4 }), learningRate: 1e-3 },
    ...{ maxSteps: shortSteps, evaluateEvery: shortSteps },
  });
  return await model.adapter();
}

/** Measurements by their keys in a file of one JSON object per line, so that a stopped program continues. */
export class Measured {
  readonly #path: string;
  readonly #values = new Map<string, Readonly<Record<string, unknown>>>();

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<Measured> {
    const measured = new Measured(path);
    const text = await readFile(path, 'utf8').catch(() => '');
    for (const line of text.split('\n').filter(Boolean)) {
      const { key, ...value } = JSON.parse(line);
      measured.#values.set(key, value);
    }
    return measured;
  }

  /** Returns the stored measurements whose keys begin with a word, by the other words of their keys. */
  withKind(
    kind: string,
  ): { readonly words: readonly string[]; readonly value: Readonly<Record<string, unknown>> }[] {
    return [...this.#values].flatMap(([key, value]) => {
      const [first, ...words] = key.split(' ');
      return first === kind ? [{ words, value }] : [];
    });
  }

  /** Returns the stored measurement, or makes and stores it. */
  async of<T extends Readonly<Record<string, unknown>>>(key: string, measure: () => Promise<T>): Promise<T> {
    const known = this.#values.get(key);
    if (known) return known as T;
    const value = await measure();
    this.#values.set(key, value);
    await appendFile(this.#path, `${JSON.stringify({ key, ...value })}\n`);
    return value;
  }
}
