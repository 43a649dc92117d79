import type { Problem } from '@scalearn/evaluation';
// The data of a report of many runs: plain JSON that needs no other file.

export const reportDataVersion = 1;

export interface ReportData {
  readonly kind: 'scalearn-report';
  /** Version of the format. */
  readonly formatVersion: typeof reportDataVersion;
  /** Title of the report. */
  readonly title: string;
  /** When the runs were collected, ISO 8601; absent if it is not known. */
  readonly created?: string;
  /** Commit of the repository that holds the experiment; absent if it is not known. */
  readonly commit?: string;
  /** Encoders, by the id that runs refer to. */
  readonly encoders: Readonly<Record<string, ReportEncoder>>;
  /** Tasks, by id. */
  readonly tasks: Readonly<Record<string, ReportTask>>;
  /** The runs. */
  readonly runs: readonly ReportRun[];
  /** Entries that every other one is compared with, such as controls; absent or empty if there are none. */
  readonly references?: readonly string[];
  /** Runs that were planned, or given, and are not among the runs. */
  readonly missing: readonly MissingRun[];
}

export interface ReportEncoder {
  /** Displayed name, such as `roberta-base`. */
  readonly name: string;
  /** SHA-256 over configuration and weights. */
  readonly fingerprint: string;
  /** Number of layers. */
  readonly layers: number;
  /** Width of the hidden states. */
  readonly hiddenSize: number;
  /** Number of values; null if it is not known. */
  readonly parameters: number | null;
}

export interface ReportTask {
  /** Id of the task. */
  readonly id: string;
  /** Displayed name, such as `SST-2`. */
  readonly name: string;
  /** What the labels are. */
  readonly problem: Problem;
  /** The metric that tables show. */
  readonly metric: string;
  /** Number of rows of the test split. */
  readonly rows: number;
  /** Labels of the test rows, if they were kept: see {@link encodeList}. */
  readonly labels?: string;
  /** Number of classes, or of labels of a row, at most 36; 1 for regression; absent if labels were not kept. */
  readonly columns?: number;
  /**
   * Files whose number of rows differs from the official release. Their scores are not comparable with published ones.
   */
  readonly unofficial: readonly string[];
}

export type RunKind = 'single-task' | 'joint' | 'two-stage' | 'analysis';
export type AxisValue = string | number | readonly number[];

export interface ReportRun {
  /** Identifier of the run. */
  readonly id: string;
  /** The entry of the experiment. Runs of an entry differ by task, seed and axes. */
  readonly entry: string;
  /** Displayed name of the run's entry. */
  readonly label: string;
  /** Identifier of the method. */
  readonly method: string;
  /** What the method needs to be trained. */
  readonly kind: RunKind;
  /** Id of the encoder. */
  readonly encoder: string;
  /** Seed of the run. */
  readonly seed: number;
  /** Settings that vary within an experiment, such as `limit: 16`. */
  readonly axes: Readonly<Record<string, AxisValue>>;
  /** `source`: the run is present only because others are made from it. */
  readonly purpose: 'report' | 'source';
  /** The adapters that it was made from, and their runs if these are known. */
  readonly sources: readonly { readonly name: string; readonly run: string | null }[];
  /** Scores of each task: one, or several for joint methods. */
  readonly scores: readonly TaskScores[];
  /** Results of every evaluation. */
  readonly history: readonly HistoryPoint[];
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
  /** Seconds of training. */
  readonly seconds: number;
  /** Tokens of training steps per second; null if it is not known. */
  readonly tokensPerSecond: number | null;
  /** Description of the device. */
  readonly device: string;
  /** Bytes on the device; null if the device does not report them. */
  readonly memory: number | null;
  /** Options of the run, including defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Version of scalearn. */
  readonly version: string;
  /** ω of the trained model; absent for methods without it. */
  readonly coefficients?: RunCoefficients;
}

export interface TaskScores {
  /** Id of the task. */
  readonly task: string;
  /** Metrics on the test split, as fractions; null if undefined. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /**
   * A prediction for every test row, in the order of the task's labels: see {@link encodeList}. Absent if they were
   * not kept.
   */
  readonly predictions?: string;
}

export interface HistoryPoint {
  /** Number of the evaluation, from 1. */
  readonly epoch: number;
  /** Number of completed steps. */
  readonly step: number;
  /** Mean loss since the previous evaluation; null if it is not a number. */
  readonly trainLoss: number | null;
  /** Mean loss on the validation split; null if it is not a number. */
  readonly validationLoss: number | null;
}

/** ω after training. */
export interface RunCoefficients {
  /** Names of the sources. */
  readonly sources: readonly string[];
  /** `[layers][sources]`, with a single layer if all share the values; the mean of vectors. */
  readonly values: readonly (readonly number[])[];
  /** The standard deviation within the vectors, `[layers][sources]`; absent for scalars. */
  readonly spread?: readonly (readonly number[])[];
  /** Value of every coefficient before training. */
  readonly start: number;
}

export interface MissingRun {
  /** Description of the run: method, task, seed. */
  readonly what: string;
  /** Why it is missing. */
  readonly reason: string;
}
