import type { Graph } from '../graph/graph.ts';
import type { DimValues } from '../graph/shape.ts';
import type { DeviceTensor, HostArray, WeightStorage } from '../graph/storage.ts';

export type { DeviceTensor, HostArray, WeightStorage };

export interface UploadOptions {
  /** Name used in errors and in the memory report; `tensor` by default. */
  readonly label?: string;
  /**
   * How frozen f32 values are kept where the device can do so; `f32` by default. `f16` takes half the memory, `int8` a
   * quarter, with products of whole numbers. Sums stay f32.
   */
  readonly storage?: WeightStorage;
}

export interface CompileOptions {
  /**
   * Largest sizes to allocate memory for, e.g. `{ tokens: 4096, sequences: 32 }`; a larger batch allocates again; by
   * default memory is allocated for each batch that is larger than those before
   */
  readonly capacity?: DimValues;
  /** Sequence lengths (tokens) of that largest batch, for devices that pad attention; by default they are not known */
  readonly lengths?: readonly number[];
  /** Name used in errors and in the memory report; a name that says little by default. */
  readonly label?: string;
  /** Called each time a pipeline is compiled; by default progress is not reported. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A compiled graph. Runs execute in the order of their calls. A call does not have to wait for the previous one. */
export interface Program extends Disposable {
  /**
   * Feeds the inputs, runs the graph and applies its updates.
   *
   * @param inputs by name; flat row-major arrays whose lengths give the symbolic dimensions
   * @returns the graph's outputs by name; arrays belong to the caller
   */
  run(inputs: Readonly<Record<string, HostArray>>): Promise<Record<string, HostArray>>;
  /** What one run takes. */
  readonly statistics: ProgramStatistics;
  /** Frees its memory. `using` does so at the end of a block. */
  dispose(): void;
}

export interface ProgramStatistics {
  /** Number of GPU dispatches, ONNX nodes or interpreted operations in one run. */
  readonly operations: number;
  /** Bytes of intermediate values; undefined if the runtime does not report them. */
  readonly arenaBytes?: number;
}

export interface MemoryUse {
  /** Bytes of live tensors by label prefix (up to the first '/'). Bytes of program arenas are under `arena`. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Sum of all bytes. */
  readonly total: number;
}

/** Stores tensors, and compiles and runs graphs. */
export interface Device extends AsyncDisposable, Disposable {
  /** What runs the graphs. Checkpoints are continued only on a device of the same kind. */
  readonly kind: 'webgpu' | 'onnx' | 'reference' | (string & {});
  /** Human-readable: adapter and driver, or runtime and version. */
  readonly description: string;
  /** Resolves with the reason when the device is lost other than by dispose(). Some devices are never lost. */
  readonly lost: Promise<string>;
  /** How the weights of an encoder's linear layers are kept unless another storage is asked for; f32 by default. */
  readonly weightStorage?: WeightStorage;
  /**
   * The kernels in use that measurements chose, by what they compute. They are part of a run's record, because others may
   * round differently. By default nothing is measured.
   */
  readonly kernels?: Readonly<Record<string, string>>;
  /**
   * Uses the kernels of a record from now on, and measures nothing more. By default there is nothing to choose from.
   *
   * @param record `kernels` of the device on which a run was begun
   */
  useKernels?(record: Readonly<Record<string, string>>): void;
  /** Stores values, row-major, as a tensor. @throws ShapeError if their number does not fit the shape */
  upload(data: HostArray, shape: readonly number[], options?: UploadOptions): DeviceTensor;
  /** Compiles a graph for any number of runs. @throws DeviceError if the device cannot run it */
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
  /** Returns the memory in use. */
  memory(): MemoryUse;
  /** Frees all memory, also that of its tensors and programs. `using` and `await using` do so at the end of a block. */
  dispose(): void;
}
