import type { Tensor } from '../graph/tensor.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import type { Dropout } from '../nn/dropout.ts';
import type { HeadOptions, SavedHead } from '../nn/head.ts';
import type { NamedTensor, ParameterSpec } from '../nn/parameters.ts';
import type { Sites } from '../nn/sites.ts';
import type { SourceAdapter } from './source.ts';

/** The encoder, adapter and tasks that a method is built for. */
export interface MethodTarget {
  /** The properties of the encoder that the method uses. */
  readonly encoder: EncoderArchitecture;
  /** See {@link Encoder}; adapters carry it. Absent if it is not known. */
  readonly encoderFingerprint?: string;
  /** See {@link Encoder}; folders of whole models need it. Absent if the encoder has none. */
  readonly encoderConfig?: Readonly<Record<string, unknown>>;
  /** Name of the adapter to train, part of its keys on disk; by default the task's name. */
  readonly adapterName: string;
  /** Names of the tasks that are trained together; more than one only in joint training. */
  readonly tasks: readonly string[];
}

/** A tensor that the method uses but does not train. It is uploaded once and shared by training and evaluation. */
export interface FrozenSpec {
  /** Name by which {@link MethodCall.frozen} returns the tensor. */
  readonly name: string;
  /** Sizes of the dimensions. */
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly values: Float32Array;
}

/** The arguments from which a method builds its part of the graph. */
export interface MethodCall extends MethodTarget {
  /** The task of the batch. */
  readonly task: string;
  /** Returns a parameter by its name. @throws ArgumentError for a name that the method does not own */
  parameter(name: string): Tensor;
  /** Returns a frozen tensor by its name. @throws ArgumentError for a name that the method does not own */
  frozen(name: string): Tensor;
  /** Absent in evaluation. */
  readonly dropout?: Dropout;
}

/** The files of a trained method, by relative path. */
export type FileSet = Readonly<Record<string, Uint8Array | string>>;

/** The data from which a trained method is saved. */
export interface SaveCall extends MethodTarget {
  /** The trained tensors by name, without those of the head. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Name of the encoder, written as `model_name` in the JSON files. */
  readonly modelName: string;
  /** Heads by task. Core writes their files; methods whose folders contain a whole model use them. */
  readonly heads: ReadonlyMap<string, SavedHead>;
}

/**
 * `single-task`: trained for one task from scratch. `two-stage`: learns to combine trained adapters. `joint`: one model
 * for several tasks. `analysis`: measures something instead of learning a task.
 */
export type MethodKind = 'single-task' | 'two-stage' | 'joint' | 'analysis';

/**
 * A way to adapt an encoder. It defines its parameters, what it computes at the encoder's sites, and how it is saved.
 * Methods of core, of other packages and of users all implement this interface.
 */
export interface Method {
  /** Name in tables and on the command line, e.g. `scalearn++`. */
  readonly name: string;
  /** What the method needs to be trained: one task, trained adapters, or several tasks. */
  readonly kind: MethodKind;
  /** The paper's training settings for this method. */
  readonly defaults: MethodDefaults;
  /** Returns the parameters that are trained. */
  parameters(target: MethodTarget): readonly ParameterSpec[];
  /** Returns the tensors that are used but not trained; absent if there are none. */
  frozen?(target: MethodTarget): readonly FrozenSpec[];
  /** Builds the method's part of the graph: the functions that the encoder calls at its sites. */
  sites(call: MethodCall): Sites;
  /** Returns a term to add to the loss, `[]`; undefined or absent if there is none. */
  penalty?(call: MethodCall): Tensor | undefined;
  /**
   * Selects encoder weights that are also trained, by names without the encoder's prefix; `true` for all. If a weight of
   * stacked parts is not selected, it is asked for each part by its own name.
   */
  readonly trainsEncoder?: true | ((name: string, encoder: EncoderArchitecture) => boolean);
  /** Layout of the head's files. */
  readonly headLayout: HeadOptions['layout'];
  /**
   * Selects the parameters of the head that train, by their keys; by default all. The others keep the values of the
   * encoder's checkpoint.
   *
   * @param modules the modules of the head
   */
  trainsHead?(key: string, modules: readonly string[], encoder: EncoderArchitecture): boolean;
  /**
   * Whether a static head is that of the class of transformers, which may be a linear layer on the pooler; by default it
   * is the one of the reference code
   */
  readonly usesTransformersHead?: true;
  /** Other settings that affect the results, as JSON. A run is resumed only with equal settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Returns the files of the trained method by relative path, without those of the head. */
  save(call: SaveCall): FileSet;
  /** Returns the trained adapter, if the method is one. */
  adapter?(call: SaveCall): SourceAdapter;
  /**
   * Adds the trained method to the weights of the encoder, if it is a change of them; absent if it is not
   *
   * @param weights all weights of the encoder, by their keys on disk
   */
  fold?(call: SaveCall, weights: ReadonlyMap<string, NamedTensor>): ReadonlyMap<string, NamedTensor>;
  /** Merges the trained method into one plain adapter, if it is a sum of adapters. */
  merge?(call: SaveCall): SourceAdapter;
}

export interface MethodDefaults {
  /** Highest learning rate, at the start of the linear decay. */
  readonly learningRate: number;
  /** Maximum number of epochs. */
  readonly epochs: number;
  /** Number of evaluations without improvement after which training stops. */
  readonly patience: number;
  /** Weight decay. It applies to weights, not to biases and layer norms. */
  readonly weightDecay: number;
  /** Rows per batch of evaluation; 32 by default. */
  readonly evalBatchSize?: number;
  /** Number of steps, if the paper gives steps instead of epochs. */
  readonly steps?: number;
  /** Steps between evaluations; by default one epoch. */
  readonly evaluateEvery?: number;
  /** Fraction of the steps in which the learning rate rises; 0 by default */
  readonly warmup?: number;
}
