/** The type of a tensor's elements. */
export type DType = 'f32' | 'i32';

/**
 * How a device keeps frozen f32 values: as they are, in 16 bits (half floats, or whole numbers with a scale for each row),
 * or in 8 bits with a scale for each row. A device that cannot do it keeps them in more bits.
 */
export type WeightStorage = 'f32' | 'f16' | 'int8';

/** Flat row-major values on the host. */
export type HostArray = Float32Array | Float64Array | Int32Array;

/** A tensor stored on a device: a frozen weight, or state that programs update. */
export interface DeviceTensor extends Disposable {
  /** The device that stores it. */
  readonly device: {
    /** See `Device.kind`. */
    readonly kind: string;
    /** See `Device.description`. */
    readonly description: string;
  };
  /** Name used in errors and in the memory report. */
  readonly label: string;
  /** Sizes of the dimensions; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** The type of the values in graphs. */
  readonly dtype: DType;
  /** How the device keeps them; `f32` for i32 values too, and by default. */
  readonly storage?: WeightStorage;
  /** Bytes on the device. */
  readonly bytes: number;
  /** Reads the current values, row-major. */
  read(): Promise<HostArray>;
  /** Replaces the values. */
  write(data: HostArray): void;
  /** Frees its memory. `using` does so at the end of a block. */
  dispose(): void;
}
