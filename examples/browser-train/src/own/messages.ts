import type { Assessment } from '@scalearn/evaluation';

/** Which columns a visitor chose; those that are absent are guessed. */
export interface ColumnChoice {
  readonly text?: string;
  readonly label?: string;
}

export interface TrainSettings {
  /** Name on the hub, or address of a folder. */
  readonly encoder: string;
  readonly device: 'auto' | 'webgpu' | 'onnx';
  readonly epochs: number;
}

/** What can be downloaded: a folder for ScaLearn, or one for transformers.js. */
export type DownloadKind = 'model' | 'onnx';

/** A request of the page to the worker. */
export type Request =
  | { readonly type: 'read'; readonly file: File; readonly columns: ColumnChoice }
  | { readonly type: 'train'; readonly settings: TrainSettings }
  | { readonly type: 'stop' }
  | { readonly type: 'ask'; readonly text: string }
  | { readonly type: 'download'; readonly kind: DownloadKind };

/** What was found in a file. */
export interface FoundTask {
  readonly text: string;
  readonly label: string;
  /** The problem in words, with its labels. */
  readonly problem: string;
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  /** Guesses that may be wrong. */
  readonly doubts: readonly string[];
  /** The first rows. */
  readonly sample: readonly { readonly text: string; readonly label: string }[];
}

/** A message of the worker to the page. */
export type Reply =
  | { readonly type: 'status'; readonly text: string }
  | { readonly type: 'found'; readonly found: FoundTask }
  | { readonly type: 'device'; readonly description: string }
  | { readonly type: 'step'; readonly step: number; readonly steps: number; readonly loss: number }
  | { readonly type: 'epoch'; readonly step: number; readonly validationLoss: number }
  | { readonly type: 'stopped' }
  | { readonly type: 'done'; readonly assessment: Assessment; readonly seconds: number }
  | { readonly type: 'answer'; readonly text: string }
  | { readonly type: 'file'; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'error'; readonly message: string };
