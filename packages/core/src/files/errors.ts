import { ScalearnError } from '../errors.ts';

/**
 * Why a safetensors file, or the index of a sharded one, was refused.
 *
 * The first group speaks of the header, the second of the data, the third of reading one tensor, the fourth of
 * `model.safetensors.index.json`.
 */
export type SafetensorsReason =
  | 'header-too-short'
  | 'header-too-long'
  | 'header-not-utf8'
  | 'header-not-json'
  | 'header-not-object'
  | 'name'
  | 'duplicate-name'
  | 'entry'
  | 'dtype'
  | 'shape'
  | 'offsets'
  | 'metadata'
  | 'truncated-data'
  | 'extra-data'
  | 'unknown-tensor'
  | 'value-range'
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
