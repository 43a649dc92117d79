import { ScalearnError } from '../errors.ts';

/** Thrown when the files of a folder are not a model that this library supports. */
export class ModelFileError extends ScalearnError {
  override name = 'ModelFileError';
}

/** Why one tensor of an opened file could not be read as requested. */
export type TensorReadReason = 'unknown-tensor' | 'dtype' | 'value-range' | 'truncated-data';

/** Why tensors could not be written to a file. */
export type TensorWriteReason = 'name' | 'duplicate-name' | 'shape' | 'dtype';

/**
 * Why a safetensors file, or the index of a sharded one, was refused.
 *
 * The first group concerns the header, the second the data, the third `model.safetensors.index.json`.
 */
export type SafetensorsReason =
  | TensorReadReason
  | TensorWriteReason
  | 'header-too-short'
  | 'header-too-long'
  | 'header-not-utf8'
  | 'header-not-json'
  | 'header-not-object'
  | 'entry'
  | 'offsets'
  | 'metadata'
  | 'extra-data'
  | 'index'
  | 'shard-path'
  | 'shard-absent'
  | 'tensor-not-in-shard';

/** Thrown when a safetensors file or shard index cannot be read, or tensors cannot be written as one. */
export class SafetensorsError extends ScalearnError {
  override readonly name = 'SafetensorsError';
  readonly reason: SafetensorsReason;
  /** The file, by the name that the caller gave. */
  readonly file: string;

  constructor(reason: SafetensorsReason, file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.reason = reason;
    this.file = file;
  }
}

/**
 * Why a torch file was refused.
 *
 * `malformed`: it is not a torch file, is damaged, or contradicts itself. `forbidden-…`: its pickle requests something
 * that named tensors do not need. `out-of-range`: a tensor reaches outside its storage, or a storage outside the file.
 * `too-large`: larger than any model needs, or than the zip format allows. `unsupported`: a valid file of another kind.
 */
export type TorchFileReason =
  | TensorReadReason
  | TensorWriteReason
  | 'malformed'
  | 'forbidden-global'
  | 'forbidden-opcode'
  | 'forbidden-build'
  | 'out-of-range'
  | 'too-large'
  | 'unsupported';

/** Thrown when a PyTorch file (`.bin`, `.pt`) cannot be read, or tensors cannot be written as one. */
export class TorchFileError extends ScalearnError {
  override readonly name = 'TorchFileError';
  readonly reason: TorchFileReason;
  /** The file, by the name that the caller gave. */
  readonly file: string;
  /** The global, opcode or attribute of the file's pickle that was refused; undefined for other reasons. */
  readonly refused: string | undefined;

  constructor(reason: TorchFileReason, file: string, message: string, refused?: string) {
    super(`${file}: ${message}`);
    this.reason = reason;
    this.file = file;
    this.refused = refused;
  }
}

/** Throws the TorchFileError of one file. */
export type TorchFail = (reason: TorchFileReason, message: string, refused?: string) => never;
/** Throws the error of the file's format. */
export type FailToRead = (reason: TensorReadReason, message: string) => never;
