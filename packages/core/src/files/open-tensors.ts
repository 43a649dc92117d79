import type { RandomAccess } from './random-access.ts';
import { openSafetensors } from './safetensors/reader.ts';
import type { TensorReader } from './tensor-reader.ts';
import { openTorchFile } from './torch/reader.ts';

/**
 * Opens a tensor file: a torch file if its name ends in `.bin`, `.pt` or `.pth`, otherwise safetensors.
 *
 * @param file its name, with the location to show in errors
 * @throws SafetensorsError or TorchFileError
 */
export function openTensorFile(source: RandomAccess, file: string): Promise<TensorReader> {
  return /\.(?:bin|pth?)$/.test(file) ? openTorchFile(source, file) : openSafetensors(source, file);
}
