import { join } from 'node:path';
import {
  type Device,
  type FileSet,
  type HostArray,
  ModelFileError,
  type ModelFolder,
  readSnapshot,
  readSourceFolder,
  snapshotFiles,
} from '@scalearn/core';
import { parseSafetensors } from '@scalearn/core/files';
import { type Graph, variable } from '@scalearn/core/graph';
import { modelFromSnapshot, storedSource } from '@scalearn/core/methods';
import { relativeDifference } from '@scalearn/core/testing';
import { localFolder, modelFolder, type TransformerEncoder } from '@scalearn/encoders';
import { expect } from 'vitest';
import type { GoldenDevice } from './device.ts';
import type { Batch, Case, CaseFile } from './folder.ts';
import { readWeights } from './folder.ts';
import { recordedJson, recordedNames, recordedPath } from './recorded.ts';
import { caseEncoder } from './setup.ts';

/** A folder that PEFT wrote, with what the model computes. */
interface Recorded {
  readonly folder: string;
  readonly base: { readonly config: Record<string, unknown>; readonly weights_from: readonly string[] };
  /** The feature that may be refused by its name. */
  readonly may_be_refused?: string;
  readonly batch: Batch;
  readonly logits?: readonly (readonly number[])[];
  readonly last_hidden_state?: readonly (readonly number[])[];
  readonly tolerance: number;
  readonly tolerance_float64: number;
}

/** Names of the recorded folders of PEFT. */
export const peftNames = (): readonly string[] => recordedNames('peft');

/** The encoder of a recorded folder, as a case. */
export function peftCase(name: string): Case {
  const { base } = recordedJson<Recorded>(`peft/${name}/expected.json`);
  const file = { id: name, encoder: { config: base.config }, method: { name: 'lora' } };
  return {
    ...{ name, tensors: new Map(), file: file as unknown as CaseFile },
    weights: readWeights(base.weights_from.map((path) => join(recordedPath(`peft/${name}`), '../..', path))),
  };
}

/** Opens a recorded folder on a device and compares what its model computes with the recorded values. */
export async function checkPeft(
  { device, limits, times }: Pick<GoldenDevice, 'device' | 'limits' | 'times'>,
  name: string,
): Promise<void> {
  const recorded = recordedJson<Recorded>(`peft/${name}/expected.json`);
  using encoder = await caseEncoder(device, peftCase(name));
  const { architecture, fingerprint: encoderFingerprint } = encoder;
  const folder = modelFolder(await localFolder(join(recordedPath(`peft/${name}`), recorded.folder)));
  const target = { encoder: architecture, encoderFingerprint, modelName: name };
  const refused = recorded.may_be_refused?.split(/[ :]/)[0];
  if (refused !== undefined) {
    const attempt = readSnapshot(folder, target);
    await expect(attempt).rejects.toThrow(ModelFileError);
    await expect(readSourceFolder(folder)).rejects.toThrow(refused);
    return;
  }
  const limit = times * recorded[limits];
  if (recorded.logits) {
    const snapshot = await readSnapshot(folder, target);
    using model = await modelFromSnapshot(encoder, snapshot);
    await checkWritten(folder, snapshotFiles(snapshot));
    const { logits } = await run(device, encoder, recorded, { outputs: { logits: model.build().logits } });
    expect(
      relativeDifference(logits as HostArray, Float64Array.from(recorded.logits.flat())),
    ).toBeLessThanOrEqual(limit);
  } else {
    const { method, tensors } = storedSource(await readSourceFolder(folder), architecture);
    const uploaded = new Map(
      [...tensors].map(([key, { data, shape }]) => [key, device.upload(data, shape)] as const),
    );
    const sites = method.sites({
      ...{ encoder: architecture, adapterName: 'lora', tasks: ['lora'], task: 'lora' },
      parameter: (key) => variable(uploaded.get(key) as ReturnType<Device['upload']>),
      frozen: () => expect.unreachable(),
    });
    const { output } = encoder.build({ sites });
    const result = await run(device, encoder, recorded, { outputs: { output } });
    const expected = Float64Array.from((recorded.last_hidden_state ?? []).flat());
    expect(relativeDifference(result.output as HostArray, expected)).toBeLessThanOrEqual(limit);
    for (const tensor of uploaded.values()) tensor.dispose();
    // Without a head there are no classes to compute.
    await expect(readSnapshot(folder, target)).rejects.toThrow('has no head');
  }
}

/** Checks that a folder is written as PEFT wrote it: the same settings, keys and values. */
async function checkWritten(folder: ModelFolder, files: FileSet): Promise<void> {
  const settings = (text: unknown): Record<string, unknown> => {
    const {
      base_model_name_or_path: _,
      revision: __,
      modules_to_save: saved,
      ...json
    } = JSON.parse(String(text));
    return { ...json, modules_to_save: [...new Set(saved)].sort() };
  };
  const config = 'adapter_config.json';
  expect(settings(files[config])).toEqual(settings(await folder.text(config)));
  const name = 'adapter_model.safetensors';
  const theirs = (await folder.tensors(name)) ?? (await folder.tensors('adapter_model.bin'));
  const ours = parseSafetensors(files[name] as Uint8Array, name);
  // PEFT repeats the biases of a head if all biases train.
  const isCopy = (key: string): boolean => /\.(?:modules_to_save|original_module)\./.test(key);
  const keys = [...(theirs?.entries.keys() ?? [])].filter((key) => !isCopy(key));
  expect([...ours.entries.keys()].sort()).toEqual(keys.sort());
  for (const key of keys) expect(ours.float32(key)).toEqual(await theirs?.readFloat32(key));
}

async function run(
  device: Device,
  encoder: TransformerEncoder,
  { batch }: Recorded,
  graph: Graph,
): Promise<Record<string, HostArray>> {
  const texts = batch.input_ids.map((ids, i) => ({
    inputIds: ids as readonly number[],
    ...(batch.token_type_ids ? { tokenTypeIds: batch.token_type_ids[i] as readonly number[] } : {}),
  }));
  using program = await device.compile(graph);
  return await program.run(encoder.feeds(texts));
}
