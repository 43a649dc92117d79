// What a report of many runs is made from: plain JSON that needs no other file.

export const reportDataVersion = 1;

export interface ReportData {
  readonly kind: 'scalearn-report';
  readonly formatVersion: typeof reportDataVersion;
  readonly title: string;
  /** When the runs were collected, ISO 8601. */
  readonly created?: string;
  /** Of the repository that holds the experiment. */
  readonly commit?: string;
  /** By the id that runs name them by. */
  readonly encoders: Readonly<Record<string, ReportEncoder>>;
  /** By id. */
  readonly tasks: Readonly<Record<string, ReportTask>>;
  readonly runs: readonly ReportRun[];
  /** What was planned, or given, and is not among the runs. */
  readonly missing: readonly MissingRun[];
}

export interface ReportEncoder {
  /** For people, such as `roberta-base`. */
  readonly name: string;
  readonly fingerprint: string;
  readonly layers: number;
  readonly hiddenSize: number;
  /** Null where it is not known. */
  readonly parameters: number | null;
}

export type ReportProblem =
  | 'singleLabelClassification'
  | 'multipleChoice'
  | 'regression'
  | 'multiLabelClassification';

export interface ReportTask {
  readonly id: string;
  /** In print, such as `SST-2`. */
  readonly name: string;
  readonly problem: ReportProblem;
  /** The metric that tables show. */
  readonly metric: string;
  /** Rows of the test split. */
  readonly rows: number;
  /** Of the test rows, where they were kept: see {@link encodeList}. */
  readonly labels?: string;
  /** Classes, or labels of a row, at most 36; 1 where the problem is regression. */
  readonly columns?: number;
  /** Files with other rows than the official release: scores are not comparable with published ones. */
  readonly unofficial: readonly string[];
}

export type RunKind = 'single-task' | 'joint' | 'two-stage' | 'analysis';
export type AxisValue = string | number | readonly number[];

export interface ReportRun {
  readonly id: string;
  /** What the run is a repetition of: runs of an entry differ by task, seed and axes. */
  readonly entry: string;
  readonly label: string;
  readonly method: string;
  readonly kind: RunKind;
  readonly encoder: string;
  readonly seed: number;
  /** Settings that vary within an experiment, such as `limit: 16`. */
  readonly axes: Readonly<Record<string, AxisValue>>;
  /** `source`: it is there only because others are made from it. */
  readonly purpose: 'report' | 'source';
  /** The adapters it was made from, and the runs they are of, where these are known. */
  readonly sources: readonly { readonly name: string; readonly run: string | null }[];
  /** One, but for joint methods. */
  readonly scores: readonly TaskScores[];
  readonly history: readonly HistoryPoint[];
  readonly bestEpoch: number;
  readonly steps: number;
  readonly parameters: { readonly method: number; readonly head: number };
  readonly seconds: number;
  readonly tokensPerSecond: number | null;
  /** In words. */
  readonly device: string;
  /** Bytes on the device; null where the device does not tell. */
  readonly memory: number | null;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of scalearn. */
  readonly version: string;
  readonly coefficients?: RunCoefficients;
}

export interface TaskScores {
  readonly task: string;
  /** On the test split, fractions; null where undefined. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** For every test row, in the order of the task's labels: see {@link encodeList}. */
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
  /** `[layers][sources]`, a single layer where all share theirs; vectors by their mean. */
  readonly values: readonly (readonly number[])[];
  /** The deviation within the vectors, `[layers][sources]`. */
  readonly spread?: readonly (readonly number[])[];
  /** What every coefficient was before training. */
  readonly start: number;
}

export interface MissingRun {
  /** In words: method, task, seed. */
  readonly what: string;
  readonly reason: string;
}
