/** A request of the page to the worker. */
export type Request =
  | { readonly type: 'train'; readonly settings: Settings }
  | { readonly type: 'stop' }
  | { readonly type: 'answer'; readonly texts: readonly [string, string] };

export interface Settings {
  /** Address of the folder that holds `encoder/` and `adapters/`. */
  readonly assets: string;
  readonly device: 'auto' | 'webgpu' | 'onnx';
  /** Number of labeled rows to train on. */
  readonly rows: number;
  /** Number of other rows to test on. */
  readonly testRows: number;
  readonly epochs: number;
}

/** A message of the worker to the page. */
export type Reply =
  | { readonly type: 'status'; readonly text: string }
  | { readonly type: 'device'; readonly description: string }
  | { readonly type: 'scored'; readonly when: 'before' | 'after'; readonly accuracy: number }
  | { readonly type: 'step'; readonly step: number; readonly steps: number; readonly loss: number }
  | { readonly type: 'epoch'; readonly step: number; readonly validationLoss: number }
  | { readonly type: 'coefficients'; readonly sources: readonly string[]; readonly values: readonly number[] }
  | { readonly type: 'stopped'; readonly step: number; readonly steps: number }
  | { readonly type: 'done'; readonly seconds: number; readonly parameters: number }
  | { readonly type: 'answer'; readonly label: string; readonly probability: number }
  | { readonly type: 'error'; readonly message: string };
