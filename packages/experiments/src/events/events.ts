import type { ProgressEvent as CoreProgressEvent, Phase, TrainEvent } from '@scalearn/core';
import type { Assessment, Baseline } from '@scalearn/evaluation';

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
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
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

/** The last event of a command that failed. */
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
  /** The operation. */
  readonly phase: Phase | 'download' | 'weights' | 'folds';
}

/** What is known before the first step of a training. */
export type StartEvent = Extract<TrainEvent, { event: 'start' }> & { readonly deviceDescription: string };

/** A step of a training. */
export type StepEvent = Extract<TrainEvent, { event: 'step' }>;

/** An evaluation during a training. */
export type EpochEvent = Extract<TrainEvent, { event: 'epoch' }>;

/** Receives the progress of a run. */
export interface Reporter {
  /** Shows what is done before training begins. */
  note(text: string): void;
  /** Shows a warning. */
  warn(text: string): void;
  /** Shows the progress of a long operation. */
  progress(event: ProgressEvent): void;
  /** Shows what is known before the first step. */
  start(event: StartEvent): void;
  /** Shows a step. */
  step(event: StepEvent): void;
  /** Shows an evaluation. */
  epoch(event: EpochEvent): void;
  /** Shows the result. */
  done(event: DoneEvent): void;
  /** Clears unfinished output from the screen. */
  close(): void;
}
