import type { ProgressEvent as CoreProgressEvent, MethodKind, Phase, TrainEvent } from '@scalearn/core';

/** Metrics and loss of one split. NaN is null in JSON. */
export interface SplitScore {
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly loss: number | null;
}

/** Test scores of one of a joint model's tasks. */
export interface TaskScore extends Omit<SplitScore, 'rows'> {
  readonly task: string;
}

/** The last line of a good `train`. */
export interface DoneEvent {
  readonly event: 'done';
  readonly task: string;
  readonly method: string;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly loss: number | null;
  /** After joint training: each of the tasks; the figures above are then empty. */
  readonly tasks?: readonly TaskScore[];
  readonly bestEpoch: number;
  readonly steps: number;
  readonly parameters: { readonly method: number; readonly head: number };
  readonly seconds: number;
  /** Of the steps since the process began; null if there were none. */
  readonly tokensPerSecond: number | null;
  readonly device: string;
  readonly out: string;
  /** After stage 2: what the target's own adapter scores by itself, where that is known. */
  readonly ownAdapter?: OwnAdapterScore;
}

/** The target's own adapter, scored by itself on the same test rows as the model that it is a source of. */
export interface OwnAdapterScore extends Omit<SplitScore, 'rows'> {
  /** The adapter's name. */
  readonly source: string;
  /** Names of the other sources. */
  readonly others: readonly string[];
}

/** The last line of a good `evaluate`. */
export interface EvaluatedEvent {
  readonly event: 'done';
  readonly task: string;
  readonly method: string;
  readonly split: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly loss: number | null;
  /** Of a joint model, where no task was named: each of its tasks; the figures above are then empty. */
  readonly tasks?: readonly (TaskScore & { readonly rows: number })[];
  readonly device: string;
  readonly model: string;
}

/** The last line of a good `merge`. */
export interface MergedEvent {
  readonly event: 'done';
  readonly task: string;
  readonly method: string;
  /** Bottleneck units of the merged adapter. */
  readonly width: number;
  readonly model: string;
  readonly out: string;
}

/** The last line of a good `export`. */
export interface ExportedEvent {
  readonly event: 'done';
  readonly task: string;
  /** Null for a folder without `run.json`. */
  readonly method: string | null;
  readonly format: 'onnx';
  /** Their sizes in bytes, by their paths in the folder. */
  readonly files: Readonly<Record<string, number>>;
  readonly model: string;
  readonly out: string;
}

/** The last line of a good `data`. */
export interface DataEvent {
  readonly event: 'done';
  readonly task: string;
  readonly problem: string;
  /** Of the texts, and of the label. */
  readonly columns: readonly string[];
  readonly label: string;
  /** In the order of their ids; null where the problem is regression. */
  readonly labels: readonly string[] | null;
  readonly splits: Readonly<Record<string, SplitSummary>>;
  readonly out: string;
}

/** The last line of a good `methods`. */
export interface MethodsEvent {
  readonly event: 'done';
  readonly methods: readonly {
    readonly method: string;
    readonly kind: MethodKind;
    readonly learningRate: number;
    /** Trainable values, heads left out. */
    readonly parameters: number;
  }[];
}

/** The last line of a good `tasks`. */
export interface TasksEvent {
  readonly event: 'done';
  readonly tasks: readonly {
    readonly task: string;
    readonly name: string;
    readonly benchmark: string;
    readonly problem: string;
    readonly labels: readonly string[] | null;
    readonly maxLength: number;
    readonly metrics: readonly string[];
    readonly primaryMetric: string;
    /** Of the official files; a tenth of the training rows validates where there are none for it. */
    readonly rows: Readonly<Record<'train' | 'validation' | 'test', number | null>>;
    /** Where the official files and those of the hub are; null for a task that writes its rows itself. */
    readonly source: { readonly page: string | null; readonly hub: string | null };
    readonly terms: string;
  }[];
}

export interface SplitSummary {
  readonly rows: number;
  /** Rows of each label; null where the problem is regression. */
  readonly labels: Readonly<Record<string, number>> | null;
  readonly scores: { readonly least: number; readonly mean: number; readonly most: number } | null;
}

export interface ErrorEvent {
  readonly event: 'error';
  /** The kind of error, e.g. `UsageError`. */
  readonly error: string;
  readonly message: string;
  readonly exitCode: number;
}

/** How far something has come that takes a while. */
export interface ProgressEvent extends Omit<CoreProgressEvent, 'phase'> {
  readonly phase: Phase | 'download' | 'weights';
}

export type StartEvent = Extract<TrainEvent, { event: 'start' }> & { readonly deviceDescription: string };
export type StepEvent = Extract<TrainEvent, { event: 'step' }>;
export type EpochEvent = Extract<TrainEvent, { event: 'epoch' }>;

/** Shows how a run goes. */
export interface Reporter {
  /** What is being done before training begins. */
  note(text: string): void;
  warn(text: string): void;
  /** How far something has come that takes a while. */
  progress(event: ProgressEvent): void;
  start(event: StartEvent): void;
  step(event: StepEvent): void;
  epoch(event: EpochEvent): void;
  done(event: DoneEvent): void;
  /** Clears what is unfinished on the screen. */
  close(): void;
}
