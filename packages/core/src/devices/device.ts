import type { Graph } from '../graph/graph.ts';
import type { DimValues } from '../graph/shape.ts';
import type { DeviceTensor, Disposes, HostArray } from '../graph/storage.ts';

export type { DeviceTensor, Disposes, HostArray };

export interface UploadOptions {
  /** Named in errors and in the memory report. */
  readonly label?: string;
  /** How f32 values are kept; `f16` halves memory, for frozen weights, on devices that can. Sums stay f32. */
  readonly storage?: 'f32' | 'f16';
}

export interface CompileOptions {
  /** The largest sizes to make room for, e.g. `{ tokens: 4096, sequences: 32 }`; a larger batch makes room again. */
  readonly capacity?: DimValues;
  /** Lengths of the sequences in that largest batch, for devices that have to pad attention. */
  readonly lengths?: readonly number[];
  readonly label?: string;
  /** Called as pipelines get ready. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A compiled graph. Runs are executed in the order of their calls; a call need not wait for the one before. */
export interface Program extends Disposes {
  /**
   * Feeds the inputs, runs the graph, applies its updates.
   *
   * @param inputs by name; flat row-major arrays whose lengths give the symbolic dimensions
   * @returns the graph's outputs by name; arrays belong to the caller
   */
  run(inputs: Readonly<Record<string, HostArray>>): Promise<Record<string, HostArray>>;
  readonly statistics: ProgramStatistics;
}

export interface ProgramStatistics {
  /** What one run executes: GPU dispatches, ONNX nodes, or interpreted operations. */
  readonly operations: number;
  /** Bytes for intermediate values; undefined where the runtime does not tell. */
  readonly arenaBytes?: number;
}

export interface MemoryUse {
  /** Bytes in live tensors by label prefix (up to the first '/'), and in program arenas under `arena`. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly total: number;
}

/** Runs whole graphs. */
export interface Device extends AsyncDisposable, Disposes {
  readonly kind: 'webgpu' | 'onnx' | 'reference' | (string & {});
  /** For people: adapter and driver, or runtime and version. */
  readonly description: string;
  /** Resolves when the device is lost for a reason other than dispose(); never for devices that cannot be lost. */
  readonly lost: Promise<string>;
  upload(data: HostArray, shape: readonly number[], options?: UploadOptions): DeviceTensor;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
  memory(): MemoryUse;
}
