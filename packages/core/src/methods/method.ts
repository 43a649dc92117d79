import type { Tensor } from '../graph/tensor.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { SavedHead } from '../nn/head.ts';
import type { ParameterSpec } from '../nn/parameters.ts';
import type { Sites } from '../nn/sites.ts';
import type { Adapter } from './adapter.ts';

/** What a method needs to know before anything is built. */
export interface MethodTarget {
  readonly encoder: EncoderArchitecture;
  /** See {@link Encoder}; adapters carry it. */
  readonly encoderFingerprint?: string;
  /** See {@link Encoder}; folders of whole models need it. */
  readonly encoderConfig?: Readonly<Record<string, unknown>>;
  /** Name of the adapter to be trained, by default the task's: part of its keys on disk. */
  readonly adapterName: string;
  /** Names of the tasks that are trained together: one, but in joint training. */
  readonly tasks: readonly string[];
}

/** A tensor the method uses but does not train; uploaded once, shared by training and evaluation. */
export interface FrozenSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a method builds its part of the graph from. */
export interface MethodCall extends MethodTarget {
  /** The one of the tasks whose batch it is. */
  readonly task: string;
  parameter(name: string): Tensor;
  frozen(name: string): Tensor;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
}

/** How source adapters, coefficients or anything else of a method lies on disk, as files by relative path. */
export type FileSet = Readonly<Record<string, Uint8Array | string>>;

/** What a trained method is saved from. */
export interface SaveCall extends MethodTarget {
  /** The trained tensors by name, the head's left out. */
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  /** Top-level keys of the library's JSON files: model_name, model_class, … */
  readonly modelName: string;
  /** By task. Core writes their files; they are here for methods whose folders hold a whole model. */
  readonly heads: ReadonlyMap<string, SavedHead>;
}

/**
 * `single-task`: trained for one task from nothing. `two-stage`: learns to use adapters trained before. `joint`: one
 * model for several tasks at once. `analysis`: measures rather than learns.
 */
export type MethodKind = 'single-task' | 'two-stage' | 'joint' | 'analysis';

/**
 * A way to adapt an encoder: which parameters it owns, what it does at the encoder's sites, how it is saved. Core's
 * own methods, those of other packages and yours are equal.
 */
export interface Method {
  /** As in tables and on the command line, e.g. `scalearn++`. */
  readonly name: string;
  readonly kind: MethodKind;
  /** Defaults of the paper for this method. */
  readonly defaults: MethodDefaults;
  parameters(target: MethodTarget): readonly ParameterSpec[];
  frozen?(target: MethodTarget): readonly FrozenSpec[];
  sites(call: MethodCall): Sites;
  /** Added to the loss, `[]`. */
  penalty?(call: MethodCall): Tensor | undefined;
  /** Which of the encoder's own weights train as well, by their names, which lack its prefix; `true` for all. */
  readonly trainsEncoder?: true | ((name: string, encoder: EncoderArchitecture) => boolean);
  /** Which layout of the head's files belongs to the method. */
  readonly headLayout: 'flexible' | 'static';
  /** What else decides its results, as JSON: a run is resumed only under the same. */
  readonly settings?: Readonly<Record<string, unknown>>;
  save(call: SaveCall): FileSet;
  /** The trained bottleneck adapter, where the method is one. */
  adapter?(call: SaveCall): Adapter;
  /** The trained method as one plain bottleneck adapter, where it is a sum of them. */
  merge?(call: SaveCall): Adapter;
}

export interface MethodDefaults {
  readonly learningRate: number;
  readonly epochs: number;
  /** Evaluations without improvement before training stops. */
  readonly patience: number;
  readonly weightDecay: number;
  /** Rows evaluated at once; 32 by default. */
  readonly evalBatchSize?: number;
  /** Where the paper plans steps rather than epochs. */
  readonly steps?: number;
  /** Steps between evaluations, where that is not an epoch. */
  readonly evaluateEvery?: number;
  /** Part of the steps in which the learning rate rises. */
  readonly warmup?: number;
}
