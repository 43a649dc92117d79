import type { ProgressEvent as CoreProgressEvent, MethodKind, Phase, TrainEvent } from '@scalearn/core';
import type { Assessment, Baseline } from '@scalearn/evaluation';
import type { ShownError } from '@scalearn/report';

/** Metrics and loss of one split. NaN is null in JSON. */
export interface SplitScore {
  /** Number of rows. */
  readonly rows: number;
  /** Metrics, as fractions; null where a metric is not defined. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Mean loss; null if it is not a number. */
  readonly loss: number | null;
}

/** What a score is worth: its interval, the scores of simple baselines on the same rows, those of each class, and findings. NaN is null in JSON. */
export interface ScoreAssessment
  extends Pick<Assessment, 'metric' | 'rows' | 'classes' | 'confusions' | 'findings'> {
  /** The primary metric. */
  readonly score: number | null;
  /** The 95 % interval of the score; absent if the metric is undefined. */
  readonly interval?: Assessment['interval'];
  /** The baselines on the same rows, the majority class first. */
  readonly baselines: readonly StoredBaseline[];
  /** `[classes, classes]`: row = label, column = prediction; absent above 10 classes and for other problems. */
  readonly confusion?: Assessment['confusion'];
}

/** The score of a simple model that a trained one should exceed. */
export interface StoredBaseline extends Pick<Baseline, 'kind'> {
  /** Its primary metric on the same rows. */
  readonly score: number | null;
  /** The model's metric minus the baseline's. */
  readonly difference: number | null;
  /** The 95 % interval of the difference; absent if the metric is undefined. */
  readonly interval?: Baseline['interval'];
}

/** Test scores of one task of a joint model. */
export interface TaskScore extends Omit<SplitScore, 'rows'> {
  /** Id of the task; of a joint model, the ids of its tasks. */
  readonly task: string;
  /** What the primary metric is worth; absent in runs of earlier versions. */
  readonly assessment?: ScoreAssessment;
}

/** The last event of a successful `train`. */
export interface DoneEvent extends TaskScore {
  readonly event: 'done';
  /** Name of the method. */
  readonly method: string;
  /** Seed of the run. */
  readonly seed: number;
  /** Scores of each task after joint training, whose own metrics and loss are empty; absent for one task. */
  readonly tasks?: readonly TaskScore[];
  /** Number of the evaluation with the best state, from 1. */
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
  /** Throughput of the steps since the process began; null if there were none. */
  readonly tokensPerSecond: number | null;
  /** Kind of the device. */
  readonly device: string;
  /** Path of the model folder. */
  readonly out: string;
  /** The cross-validation that the score is of; absent without one. */
  readonly folds?: {
    /** Number of folds. */
    readonly count: number;
    /** Primary metric of each fold; null where it is undefined. */
    readonly scores: readonly (number | null)[];
    /** Epochs of the training on all rows. */
    readonly epochs: number;
  };
  /** Score of the target's own adapter alone after stage 2, if it is known. */
  readonly ownAdapter?: OwnAdapterScore;
}

/** The last event of `train --dry-run`. */
export interface DryRunEvent {
  readonly event: 'done';
  /** Id of the task; of a joint method, the ids of its tasks. */
  readonly task: string;
  /** Name of the method. */
  readonly method: string;
  /** Number of rows of each split. */
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Lengths of training rows in tokens, on a sample. */
  readonly tokens: {
    /** Mean number, after rows have been cut to the longest length that is allowed. */
    readonly perRow: number;
    /** Number of the longest row, before it is cut. */
    readonly longest: number;
    /** Number of rows of the sample that are cut. */
    readonly cutRows: number;
    /** Number of rows of the sample. */
    readonly sampledRows: number;
  };
  /** Number of steps, without early stopping. */
  readonly steps: number;
  /** Number of evaluations, without early stopping. */
  readonly evaluations: number;
  /** Numbers of values that would be trained. */
  readonly parameters: StartEvent['parameters'];
  /** Bytes on the device. */
  readonly memory: StartEvent['memory'] & {
    /** Bytes of the activations of a step. */
    readonly activations: number;
  };
  /** Measured seconds of a step. */
  readonly secondsPerStep: number;
  /** Expected seconds of the whole training, without early stopping. */
  readonly seconds: number;
  /** Kind of the device. */
  readonly device: string;
  /** Adapter and driver, or runtime and version. */
  readonly deviceDescription: string;
}

/** Score of the target's own adapter alone, on the same test rows as the model that uses it as a source. */
export interface OwnAdapterScore extends Omit<SplitScore, 'rows'> {
  /** The adapter's name. */
  readonly source: string;
  /** Names of the other sources. */
  readonly others: readonly string[];
}

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

export interface ErrorEvent {
  readonly event: 'error';
  /** Class of the error, such as `UsageError`. */
  readonly error: string;
  /** What was wrong and what to do. */
  readonly message: string;
  /** Exit code of the process. */
  readonly exitCode: number;
}

/** Progress of a long operation. */
export interface ProgressEvent extends Omit<CoreProgressEvent, 'phase'> {
  readonly phase: Phase | 'download' | 'weights' | 'folds';
}

export type StartEvent = Extract<TrainEvent, { event: 'start' }> & { readonly deviceDescription: string };
export type StepEvent = Extract<TrainEvent, { event: 'step' }>;
export type EpochEvent = Extract<TrainEvent, { event: 'epoch' }>;

/** Shows the progress of a run. */
export interface Reporter {
  /** Shows what is done before training begins. */
  note(text: string): void;
  warn(text: string): void;
  /** Shows the progress of a long operation. */
  progress(event: ProgressEvent): void;
  start(event: StartEvent): void;
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  done(event: DoneEvent): void;
  /** Clears unfinished output from the screen. */
  close(): void;
}
