import { SafetensorsError, TorchFileError } from '@scalearn/core';
import type { TensorReader } from '@scalearn/core/files';

/** Reads every tensor of a file in every way that its dtype allows. */
export async function readTensors(reader: TensorReader): Promise<void> {
  for (const name of reader.entries.keys()) {
    await reader.readBytes(name);
    await reader.readFloat32(name).catch(orOtherDtype);
    await reader.readInt32(name).catch(orOtherDtype);
  }
}

function orOtherDtype(error: unknown): void {
  const isTyped = error instanceof SafetensorsError || error instanceof TorchFileError;
  if (!isTyped || !['dtype', 'value-range'].includes(error.reason)) throw error;
}
