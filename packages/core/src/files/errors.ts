import { ScalearnError } from '../errors.ts';

/** A folder's content that does not make a model this library understands. */
export class ModelFileError extends ScalearnError {
  override name = 'ModelFileError';
}

/** Why one tensor of a file, opened without complaint, could not be read as it was asked for. */
export type TensorReadReason = 'unknown-tensor' | 'dtype' | 'value-range' | 'truncated-data';

/** Why tensors could not be written as a file. */
export type TensorWriteReason = 'name' | 'duplicate-name' | 'shape' | 'dtype';

/**
 * Why a safetensors file, or the index of a sharded one, was refused.
 *
 * The first group speaks of the header, the second of the data, the third of `model.safetensors.index.json`.
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

/** A safetensors file or shard index that cannot be read, or tensors that cannot be written as one. */
export class SafetensorsError extends ScalearnError {
  override readonly name = 'SafetensorsError';
  readonly reason: SafetensorsReason;
  /** The file as the caller named it. */
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
 * `malformed`: it is none, it is damaged, or it contradicts itself. `forbidden-…`: its pickle asks for something that
 * named tensors do not need. `out-of-range`: a tensor reaches outside its storage, a storage outside the file.
 * `too-large`: more than any model needs, or than the zip format holds. `unsupported`: a good file of a kind that is not read.
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

/** A file of PyTorch (`.bin`, `.pt`) that cannot be read, or tensors that cannot be written as one. */
export class TorchFileError extends ScalearnError {
  override readonly name = 'TorchFileError';
  readonly reason: TorchFileReason;
  /** The file as the caller named it. */
  readonly file: string;
  /** The global, opcode or attribute that the file's pickle asked for, where that was refused. */
  readonly refused: string | undefined;

  constructor(reason: TorchFileReason, file: string, message: string, refused?: string) {
    super(`${file}: ${message}`);
    this.reason = reason;
    this.file = file;
    this.refused = refused;
  }
}

/** Throws the error of one torch file. */
export type TorchFail = (reason: TorchFileReason, message: string, refused?: string) => never;
/** Throws the error of a file's format. */
export type FailToRead = (reason: TensorReadReason, message: string) => never;
