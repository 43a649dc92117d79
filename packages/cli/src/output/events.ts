import type { MethodKind } from '@scalearn/core';
import type { SplitScore, TaskScore } from '@scalearn/experiments';
import type { ShownError } from '@scalearn/report';

/** The last event of a successful `evaluate`. */
export interface EvaluatedEvent extends TaskScore, SplitScore {
  readonly event: 'done';
  /** Name of the method. */
  readonly method: string;
  /** Name of the split. */
  readonly split: string;
  /** Scores of each task of a joint model, if no task was named; the model's own metrics and loss are then empty. */
  readonly tasks?: readonly (TaskScore & SplitScore)[];
  /** The wrong rows, surest first, if they were asked for. */
  readonly errors?: readonly ShownError[];
  /** Kind of the device. */
  readonly device: string;
  /** Path of the model folder. */
  readonly model: string;
}

/** The last event of a successful `merge`. */
export interface MergedEvent {
  readonly event: 'done';
  /** Id of the task. */
  readonly task: string;
  /** Name of the method whose model was merged. */
  readonly method: string;
  /** Bottleneck units of the merged adapter, or the largest rank of a LoRA. */
  readonly width: number;
  /** Path of the model folder that was merged. */
  readonly model: string;
  /** Path of the written folder. */
  readonly out: string;
}

/** The last event of a successful `predict`; those before it are `prediction`, unless they are written to a file. */
export interface PredictedEvent {
  readonly event: 'done';
  /** Id of the task. */
  readonly task: string;
  /** Number of predicted rows. */
  readonly rows: number;
  /** Seconds from the first row that was read to the last that was written. */
  readonly seconds: number;
  /** Rows divided by seconds. */
  readonly rowsPerSecond: number;
  /** Kind of the device. */
  readonly device: string;
  /** Path of the model folder. */
  readonly model: string;
  /** The file with the predictions; null if they are on standard output. */
  readonly out: string | null;
}

/** The last event of a successful `push`. */
export interface PushedEvent {
  readonly event: 'done';
  /** Path of the model folder. */
  readonly model: string;
  /** The repository, with the branch if one was named. */
  readonly repo: string;
  /** Where the uploaded model says its encoder is; null if it does not say. */
  readonly encoder: string | null;
  /** Sizes of the uploaded files in bytes, by name. */
  readonly files: Readonly<Record<string, number>>;
  /** Hash of the commit; null with `--dry-run`. */
  readonly commit: string | null;
  /** Page of the repository; null with `--dry-run`. */
  readonly url: string | null;
}

/** The last event of a successful `data`. */
export interface DataEvent {
  readonly event: 'done';
  /** Id of the task. */
  readonly task: string;
  /** What the labels are. */
  readonly problem: string;
  /** Columns of the texts and of the label. */
  readonly columns: readonly string[];
  /** Column of the label. */
  readonly label: string;
  /** Labels in the order of their ids; null for regression. */
  readonly labels: readonly string[] | null;
  /** Summary of each split, by its name. */
  readonly splits: Readonly<Record<string, SplitSummary>>;
  /** Path of the written folder. */
  readonly out: string;
}

/** The last event of a successful `methods`. */
export interface MethodsEvent {
  readonly event: 'done';
  readonly methods: readonly {
    readonly method: string;
    readonly kind: MethodKind;
    /** Null if the method could not be made. */
    readonly learningRate: number | null;
    /** Trainable values without heads; null if the method does not fit the encoder. */
    readonly parameters: number | null;
    /** Why it does not fit. */
    readonly reason?: string;
  }[];
}

export interface SplitSummary {
  /** Number of rows. */
  readonly rows: number;
  /** Rows of each label; null for regression. */
  readonly labels: Readonly<Record<string, number>> | null;
  /** Smallest, mean and largest score; null for other problems than regression. */
  readonly scores: { readonly least: number; readonly mean: number; readonly most: number } | null;
}
