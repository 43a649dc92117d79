import type { EncoderArchitecture, EncoderConfig, EpochRecord, MemoryUse } from '@scalearn/core';
import * as v from 'valibot';
import type { ScoreAssessment, SplitScore } from '../events/events.ts';
import { maybeMissing, number, numberOrNull, someTexts, text, textOrNull, whole } from '../schemas.ts';
import { assessment } from './assessment-schema.ts';
import { settingsSchema as settings, type TrainSettings } from './settings-schema.ts';

export const formatVersion = 1;

/** Content of `run.json`: how a model was made, in enough detail to evaluate it, to merge it and to repeat the run. */
export interface RunFile {
  /** Version of the file's format. */
  readonly formatVersion: typeof formatVersion;
  /** Version of this package. */
  readonly version: string;
  /** The command that wrote the file. */
  readonly command: 'train' | 'merge';
  /** Id of the task; of a joint method, the ids of its tasks. */
  readonly task: string;
  /** Name of the method. */
  readonly method: string;
  /** Seed of initialization, data order and dropout. */
  readonly seed: number;
  /** Every option of the command, including defaults. */
  readonly settings: TrainSettings;
  /** The encoder that the model belongs to. */
  readonly encoder: {
    /** The encoder as the user named it. */
    readonly source: string;
    /** Absolute path of a local folder; after reading, where it lies now. Null if the encoder is not a local folder. */
    readonly path: string | null;
    /** Name in adapter files: hub name or folder name. */
    readonly name: string;
    /** SHA-256 over configuration and weights. */
    readonly fingerprint: string;
    /** Sizes of the encoder and names of its parts. */
    readonly shape: StoredArchitecture;
  };
  /** Rows of the task; sums over the tasks of a joint method. */
  readonly data: RunData;
  /** The source adapters, in order; empty for methods without sources. */
  readonly sources: readonly RunSource[];
  /** Results of every evaluation of the training. */
  readonly history: readonly StoredEpoch[];
  /** Number of the evaluation with the model's parameters, from 1. */
  readonly bestEpoch: number;
  /** Number of completed steps. */
  readonly steps: number;
  /** Numbers of trainable values. */
  readonly parameters: {
    /** Number of trainable values of the method. */
    readonly method: number;
    /** Number of trainable values of the heads. */
    readonly head: number;
  };
  /** Scores of the best state, by split; empty for a model of several tasks, whose tasks have their own. */
  readonly results: Readonly<Record<string, SplitScore>>;
  /** What the score on the test split is worth; absent for a model of several tasks, and in earlier versions. */
  readonly assessment?: ScoreAssessment;
  /** The cross-validation that the score is of; absent without one. */
  readonly folds?: FoldsRun;
  /** The tasks of a joint method; absent for one task */
  readonly tasks?: readonly TaskRun[];
  /** The device that the model was trained on. */
  readonly device: {
    /** Kind of the device. */
    readonly kind: string;
    /** Adapter and driver, or runtime and version. */
    readonly description: string;
    /** Memory in use on the device. */
    readonly memory: MemoryUse;
    /** The kernels that measurements on the device chose, by what they compute; absent if they chose none. */
    readonly kernels?: Readonly<Record<string, string>>;
  };
  /** Seconds of training. */
  readonly seconds: number;
  /** Tokens of training steps per second; null if it is not known. */
  readonly tokensPerSecond: number | null;
  /** The model that a merged model was made from; absent for others. */
  readonly mergedFrom?: {
    /** Name of its method. */
    readonly method: string;
    /** Path of its folder. */
    readonly path: string;
  };
  /** Names of the folder's files, without this one. */
  readonly files: readonly string[];
}

/** A cross-validation: each row was scored by a model that was not trained on it. */
export interface FoldsRun {
  /** Number of folds. */
  readonly count: number;
  /** Primary metric of each fold; null where it is undefined. */
  readonly scores: readonly (number | null)[];
  /** Epochs for which the model was then trained on all rows: the median of the folds' best epochs. */
  readonly epochs: number;
}

/** An adapter that a model was trained from. */
export interface RunSource {
  readonly name: string;
  /** Absolute path; in the file relative to it, with `/` between its parts. */
  readonly path: string;
  /** Name and checksum of the weights; undefined in files of earlier versions. */
  readonly fingerprint?: string;
}

/** A record of the history; null for a value that JSON cannot represent, such as NaN. */
export interface StoredEpoch extends Pick<EpochRecord, 'epoch' | 'step'> {
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  readonly validationMetrics: Readonly<Record<string, number | null>>;
  /** Values of each task, in joint training. */
  readonly tasks?: readonly {
    readonly task: string;
    readonly validationLoss: number | null;
    readonly validationMetrics: Readonly<Record<string, number | null>>;
  }[];
}

/** The rows a model was trained on. */
export interface RunData {
  /** Null for a task that generates its rows. */
  readonly path: string | null;
  readonly fingerprint: string;
  /** Number of rows that were used, after splitting and limits. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Number of rows of each file. */
  readonly files: Readonly<Record<string, number>>;
  /**
   * Files whose number of rows differs from the official release. Their scores are not comparable with published ones.
   */
  readonly unofficial: readonly string[];
}

export interface TaskRun {
  readonly task: string;
  readonly data: RunData;
  readonly results: Readonly<Record<string, SplitScore>>;
  readonly assessment?: ScoreAssessment;
}

// Every message says what the value must be, in words that follow "must be". Fields that are not listed are kept: other
// versions of this package write them, and nothing here reads them.

const mostLayers = 1024;

const notNegative = v.pipe(number, v.minValue(0, '0 or a number above'));
const probability = (more = '') => {
  const what = `at least 0 and below 1${more}`;
  return v.pipe(v.number(what), v.minValue(0, what), v.ltValue(1, what));
};
const headOptions = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean()], 'a text, a number, true or false'),
  `an object${maybeMissing}`,
);

const shape: v.GenericSchema<unknown, StoredArchitecture> = v.looseObject(
  {
    ...{ modelType: text, prefix: text },
    layers: v.pipe(whole(1), v.maxValue(mostLayers, `a whole number from 1 to ${mostLayers}`)),
    ...{ hiddenSize: whole(1), intermediateSize: whole(1), classifierDropout: probability() },
    attentionDropout: v.exactOptional(probability(maybeMissing)),
    headOptions: v.exactOptional(headOptions),
    initializerRange: notNegative,
  },
  'an object',
);

const data: v.GenericSchema<unknown, RunData> = v.looseObject(
  {
    ...{ path: textOrNull, fingerprint: text },
    rows: v.looseObject({ train: whole(0), validation: whole(0), test: whole(0) }, 'an object'),
    files: v.record(v.string(), whole(0), 'an object of numbers'),
    unofficial: someTexts,
  },
  'an object',
);

const metrics = v.record(v.string(), numberOrNull, 'an object of numbers');
const score: v.GenericSchema<unknown, SplitScore> = v.looseObject(
  { rows: whole(0), metrics, loss: numberOrNull },
  'an object of rows, metrics and loss',
);
const results = v.record(v.string(), score, 'an object of scores with metrics');

const taskRun: v.GenericSchema<unknown, TaskRun> = v.looseObject(
  { task: text, data, results, assessment: v.exactOptional(assessment) },
  'an object',
);

const epoch = v.looseObject(
  {
    ...{ epoch: whole(1), step: whole(0), trainLoss: numberOrNull, validationLoss: numberOrNull },
    validationMetrics: metrics,
    tasks: v.exactOptional(
      v.array(
        v.looseObject({ task: text, validationLoss: numberOrNull, validationMetrics: metrics }, 'an object'),
        `a list${maybeMissing}`,
      ),
    ),
  },
  'an object',
);

/** Schema of `run.json`. An object is checked before its fields. */
export const runSchema: v.GenericSchema<unknown, RunFile> = v.looseObject(
  {
    formatVersion: v.literal(1, '1'),
    version: text,
    command: v.picklist(['train', 'merge'], 'train or merge'),
    ...{ task: text, method: text, seed: whole(0), settings },
    encoder: v.looseObject(
      { source: text, path: textOrNull, name: text, fingerprint: text, shape },
      'an object',
    ),
    data,
    tasks: v.exactOptional(v.array(taskRun, `a list${maybeMissing}`)),
    sources: v.array(
      v.looseObject({ name: text, path: text, fingerprint: v.exactOptional(text) }, 'an object'),
      'a list of objects with name and path',
    ),
    history: v.array(epoch, 'a list of objects'),
    ...{ bestEpoch: whole(0), steps: whole(0) },
    parameters: v.looseObject({ method: whole(0), head: whole(0) }, 'an object'),
    results,
    assessment: v.exactOptional(assessment),
    folds: v.exactOptional(
      v.looseObject(
        { count: whole(2), scores: v.array(numberOrNull, 'a list of numbers'), epochs: whole(1) },
        `an object${maybeMissing}`,
      ),
    ),
    device: v.looseObject(
      {
        kind: text,
        description: v.string('a text'),
        memory: v.looseObject(
          { bytes: v.record(v.string(), number, 'an object of numbers'), total: notNegative },
          'an object',
        ),
        kernels: v.exactOptional(
          v.record(v.string(), v.string('a text'), `an object of texts${maybeMissing}`),
        ),
      },
      'an object',
    ),
    seconds: notNegative,
    tokensPerSecond: numberOrNull,
    mergedFrom: v.exactOptional(v.looseObject({ method: text, path: text }, `an object${maybeMissing}`)),
    files: someTexts,
  },
  'an object',
);

/** What `run.json` keeps of an encoder's architecture. The rest follows from its family. */
export type StoredArchitecture = EncoderConfig & Pick<EncoderArchitecture, 'prefix'>;

/** Returns what `run.json` keeps of an architecture. */
export function storedArchitecture(architecture: EncoderArchitecture): StoredArchitecture {
  const { pythonClass: _, modules: __, staticHead: ___, linears: ____, ...stored } = architecture;
  return stored;
}
