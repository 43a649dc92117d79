// Model folders of a tiny encoder, in memory.
import {
  bottleneck,
  type FileSet,
  type ModelSnapshot,
  ReferenceDevice,
  readSnapshot,
  scalearn,
  train,
} from '../../src/index.ts';
import { randomAdapter } from '../methods/random-adapter.ts';
import { memoryFolder } from '../training/memory-folder.ts';
import { tinyEncoder, tinyTask } from '../training/tiny.ts';

export const device: ReferenceDevice = new ReferenceDevice();
export const encoder: Awaited<ReturnType<typeof tinyEncoder>> = await tinyEncoder(device);
export const quick: { encoder: typeof encoder; batchSize: number; epochs: number; learningRate: number } = {
  encoder,
  batchSize: 8,
  epochs: 1,
  learningRate: 1e-2,
};
const target = { encoder: encoder.architecture, encoderFingerprint: encoder.fingerprint, modelName: 'tiny' };

export const read = (files: FileSet): Promise<ModelSnapshot> => readSnapshot(memoryFolder(files), target);

/** The folders of a trained adapter and of a ScaLearn model. */
export async function trainedFolders(): Promise<Record<'adapter' | 'transfer', FileSet>> {
  const task = tinyTask();
  const sources = [3, 5].map((width, i) => randomAdapter(`s${i}`, encoder.architecture, width));
  using adapter = await train({ ...quick, task, method: bottleneck({ width: 4 }) });
  using transfer = await train({ ...quick, task, method: scalearn({ sources }) });
  return { adapter: await adapter.files(), transfer: await transfer.files() };
}

export function without(files: FileSet, ...names: (string | undefined)[]): FileSet {
  return Object.fromEntries(Object.entries(files).filter(([name]) => !names.includes(name)));
}

type Json = Record<string, unknown>;

/** The folder with other fields in a JSON file, by their paths such as `config.scaling`; undefined deletes a field. */
export function edited(files: FileSet, name: string, changes: Json): FileSet {
  const json = JSON.parse(files[name] as string) as Json;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() as string;
    keys.reduce((inner, key) => inner[key] as Json, json)[last] = value;
  }
  return { ...files, [name]: JSON.stringify(json) };
}
