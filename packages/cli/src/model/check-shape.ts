import type { Encoder, ModelFolder } from '@scalearn/core';
import { readAdapterFolder } from '@scalearn/core';
import { FolderError } from '../errors.ts';
import type { RunFile } from '../folders/run-json.ts';
import { type StoredArchitecture, storedArchitecture } from '../folders/stored-architecture.ts';

function differs(model: string, key: string, said: unknown, other: string, found: unknown): FolderError {
  return new FolderError(
    `${model}/run.json says encoder.shape.${key} ${JSON.stringify(said)}, but ${other} ${JSON.stringify(found)}; restore the file`,
  );
}

/** @throws FolderError if `run.json` describes another encoder than the one that was loaded */
export function checkEncoderShape(
  model: string,
  { encoder }: Pick<RunFile, 'encoder'>,
  { name, architecture }: Pick<Encoder, 'name' | 'architecture'>,
): void {
  const shape = storedArchitecture(architecture);
  // Earlier versions did not write all of them.
  for (const key of Object.keys(shape) as (keyof StoredArchitecture)[])
    if (encoder.shape[key] !== undefined && JSON.stringify(encoder.shape[key]) !== JSON.stringify(shape[key]))
      throw differs(model, key, encoder.shape[key], `the encoder ${name} has`, shape[key]);
}

/** @throws FolderError if `run.json` describes an encoder that the model's sources do not fit */
export async function checkSourceShapes(
  model: string,
  folder: ModelFolder,
  { encoder: { shape }, sources }: Pick<RunFile, 'encoder' | 'sources'>,
): Promise<void> {
  for (const { name } of sources) {
    const { hiddenSize, layers } = await readAdapterFolder(folder, `${name}/`);
    const tensors = `the tensors of ${model}/${name} have`;
    if (hiddenSize !== shape.hiddenSize)
      throw differs(model, 'hiddenSize', shape.hiddenSize, tensors, hiddenSize);
    if (layers.length !== shape.layers) throw differs(model, 'layers', shape.layers, tensors, layers.length);
  }
}
