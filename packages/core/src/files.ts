// Reads and writes tensor files and JSON files, both those of the Python libraries and those of this library.
export type { Dtype, TensorInfo } from './files/dtype.ts';
export type { SafetensorsReason, TorchFileReason } from './files/errors.ts';
export { isObject } from './files/json.ts';
export * from './files/json-fields.ts';
export { openTensorFile } from './files/open-tensors.ts';
export { bytesSource, type RandomAccess } from './files/random-access.ts';
export type { TensorEntry } from './files/safetensors/header.ts';
export { openShardedSafetensors, parseShardIndex, type ShardIndex } from './files/safetensors/index-file.ts';
export { openSafetensors, parseSafetensors, type Safetensors } from './files/safetensors/reader.ts';
export { writeSafetensors } from './files/safetensors/writer.ts';
export { shown, shownList } from './files/shown.ts';
export type { TensorReader } from './files/tensor-reader.ts';
export type { TensorToWrite } from './files/tensor-to-write.ts';
export { openTorchFile } from './files/torch/reader.ts';
export { writeTorchFile } from './files/torch/writer.ts';
export { f32ToF16 } from './half.ts';
