import type { Pooling } from '@scalearn/core/methods';
import type { Example } from '@scalearn/datasets';
import {
  type FamilyOptions,
  fingerprintEncoder,
  sentencePooling,
  type TransformerConfig,
} from '@scalearn/encoders';
import { encoderSource } from '../mini-assets.ts';
import { localEncoder } from '../models/encoder-source.ts';
import type { TrainArguments } from '../options/train-table.ts';
import { type FoundTask, findTask } from '../tasks/find-task.ts';
import { loadData } from '../tasks/load-data.ts';

/** What is known about an encoder without loading it on a device. */
export interface EncoderFacts {
  /** Sizes and options of the encoder. */
  readonly config: TransformerConfig;
  /** SHA-256 over configuration and weights. */
  readonly fingerprint: string;
  /** Absolute path; undefined if the encoder is not a local folder. */
  readonly path: string | undefined;
  /** What it reads of a text as a sentence encoder; undefined if its files do not say. */
  readonly pooling: Pooling | undefined;
}

/** What is known about a task after reading its rows. */
export interface TaskFacts {
  /** The task without its rows. */
  readonly found: FoundTask;
  /** Fingerprint of its rows. */
  readonly fingerprint: string;
  /** Number of rows of the splits, without limits. */
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  /** Some of the training rows, to estimate the length of all. */
  readonly sample: readonly Example[];
}

const sampleRows = 256;

/** Looks up facts about encoders and tasks, each once. */
export class Facts {
  readonly #encoders = new Map<string, Promise<EncoderFacts>>();
  readonly #tasks = new Map<string, Promise<TaskFacts>>();
  readonly #signal: AbortSignal | undefined;
  readonly #families: FamilyOptions;

  /**
   * @param signal stops downloads
   * @param families of encoders that can be loaded
   */
  constructor(signal?: AbortSignal, families: FamilyOptions = {}) {
    this.#signal = signal;
    this.#families = families;
  }

  encoder(name: string, layers: number | undefined): Promise<EncoderFacts> {
    return once(this.#encoders, `${name} ${layers}`, async () => {
      const source = encoderSource(name);
      const path = await localEncoder(source);
      const signal = this.#signal;
      const facts = await fingerprintEncoder(source, { ...this.#families, signal, layers });
      return { ...facts, path, pooling: await sentencePooling(source, { signal }) };
    });
  }

  task(task: string, { data }: Pick<TrainArguments, 'data'>): Promise<TaskFacts> {
    return once(this.#tasks, `${task} ${data}`, async () => {
      const found = await findTask({ task, data });
      const loaded = await loadData(found, {}, { signal: this.#signal });
      const { fingerprint, train, validation, test } = loaded;
      return {
        ...{ found, fingerprint },
        rows: { train: train.length, validation: validation.length, test: test.length },
        sample: train.slice(0, sampleRows),
      };
    });
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, find: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}
