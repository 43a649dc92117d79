import type { Problem } from '@scalearn/evaluation';
// The data of a report of many runs: plain JSON that needs no other file.

export const reportDataVersion = 1;

export interface ReportData {
  readonly kind: 'scalearn-report';
  readonly formatVersion: typeof reportDataVersion;
  readonly title: string;
  /** When the runs were collected, ISO 8601. */
  readonly created?: string;
  /** Commit of the repository that holds the experiment. */
  readonly commit?: string;
  /** Encoders, by the id that runs refer to. */
  readonly encoders: Readonly<Record<string, ReportEncoder>>;
  /** Tasks, by id. */
  readonly tasks: Readonly<Record<string, ReportTask>>;
  readonly runs: readonly ReportRun[];
  /** Runs that were planned, or given, and are not among the runs. */
  readonly missing: readonly MissingRun[];
}

export interface ReportEncoder {
  /** Displayed name, such as `roberta-base`. */
  readonly name: string;
  readonly fingerprint: string;
  readonly layers: number;
  readonly hiddenSize: number;
  /** Number of values; null if it is not known. */
  readonly parameters: number | null;
}

export interface ReportTask {
  readonly id: string;
  /** Displayed name, such as `SST-2`. */
  readonly name: string;
  readonly problem: Problem;
  /** The metric that tables show. */
  readonly metric: string;
  /** Number of rows of the test split. */
  readonly rows: number;
  /** Labels of the test rows, if they were kept: see {@link encodeList}. */
  readonly labels?: string;
  /** Number of classes, or of labels of a row, at most 36; 1 for regression. */
  readonly columns?: number;
  /**
   * Files whose number of rows differs from the official release. Their scores are not comparable with published ones.
   */
  readonly unofficial: readonly string[];
}

export type RunKind = 'single-task' | 'joint' | 'two-stage' | 'analysis';
export type AxisValue = string | number | readonly number[];

export interface ReportRun {
  readonly id: string;
  /** The entry of the experiment. Runs of an entry differ by task, seed and axes. */
  readonly entry: string;
  readonly label: string;
  readonly method: string;
  readonly kind: RunKind;
  readonly encoder: string;
  readonly seed: number;
  /** Settings that vary within an experiment, such as `limit: 16`. */
  readonly axes: Readonly<Record<string, AxisValue>>;
  /** `source`: the run is present only because others are made from it. */
  readonly purpose: 'report' | 'source';
  /** The adapters that it was made from, and their runs if these are known. */
  readonly sources: readonly { readonly name: string; readonly run: string | null }[];
  /** Scores of each task: one, or several for joint methods. */
  readonly scores: readonly TaskScores[];
  readonly history: readonly HistoryPoint[];
  readonly bestEpoch: number;
  readonly steps: number;
  readonly parameters: { readonly method: number; readonly head: number };
  readonly seconds: number;
  readonly tokensPerSecond: number | null;
  /** Description of the device. */
  readonly device: string;
  /** Bytes on the device; null if the device does not report them. */
  readonly memory: number | null;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Version of scalearn. */
  readonly version: string;
  readonly coefficients?: RunCoefficients;
}

export interface TaskScores {
  readonly task: string;
  /** Metrics on the test split, as fractions; null if undefined. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** A prediction for every test row, in the order of the task's labels: see {@link encodeList}. */
  readonly predictions?: string;
}

export interface HistoryPoint {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
}

/** ω after training. */
export interface RunCoefficients {
  readonly sources: readonly string[];
  /** `[layers][sources]`, with a single layer if all share the values; the mean of vectors. */
  readonly values: readonly (readonly number[])[];
  /** The standard deviation within the vectors, `[layers][sources]`. */
  readonly spread?: readonly (readonly number[])[];
  /** Value of every coefficient before training. */
  readonly start: number;
}

export interface MissingRun {
  /** Description of the run: method, task, seed. */
  readonly what: string;
  readonly reason: string;
}
