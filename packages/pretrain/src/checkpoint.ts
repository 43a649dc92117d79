import type { EncodedText } from '@scalearn/core';
import { jsonCount, jsonList, jsonRecord, jsonShape, jsonText } from '@scalearn/core/files';
import {
  anyNumber,
  decodeState,
  encodeState,
  type Parameters,
  type RunSettings,
} from '@scalearn/core/methods';
import { sha256 } from '@scalearn/hub';
import type { HeldOutRecord } from './events.ts';
import type { MaskedLanguageModel } from './model.ts';
import type { PretrainPlan } from './options.ts';

/** Returns the settings that determine a run. A checkpoint is only continued with the same settings. */
export async function runSettings(
  { config, device, parameters }: MaskedLanguageModel,
  { checkpointEvery: _, ...plan }: PretrainPlan,
  texts: readonly EncodedText[],
  heldOut: readonly EncodedText[],
): Promise<RunSettings> {
  const { weightStorage = 'f32' } = device;
  return {
    ...plan,
    dropout: String(plan.dropout),
    config: JSON.stringify(config),
    parameters: parameters.groups.map((group) => `${group.name} ${group.size}`).join(', '),
    texts: await fingerprint(texts),
    heldOut: await fingerprint(heldOut),
    device: device.kind,
    ...(weightStorage === 'f32' ? {} : { precision: weightStorage }),
  };
}

/** Returns the SHA-256 of the ids of texts. */
function fingerprint(texts: readonly EncodedText[]): Promise<string> {
  const lines = texts.map(({ inputIds, tokenTypeIds }) =>
    [...Array.from(inputIds), '|', ...Array.from(tokenTypeIds ?? [])].join(' '),
  );
  return sha256(new TextEncoder().encode(lines.join('\n')));
}

/** The state of a run, in addition to tensors. Random streams are functions of the seed and the step. */
export interface PretrainProgress {
  /** Number of steps done. */
  readonly step: number;
  readonly history: readonly HeldOutRecord[];
  /** The device's choice of kernels, see `Device.kernels`; empty if it chooses none. */
  readonly kernels: Readonly<Record<string, string>>;
}

const heldOutRecord = jsonShape({ step: jsonCount(0), loss: anyNumber, accuracy: anyNumber });

const vectors = ['values', 'm', 'v'] as const;

/** Encodes parameters, optimizer state and progress. */
export async function encodePretraining(
  settings: RunSettings,
  progress: PretrainProgress,
  { groups }: Parameters,
): Promise<Uint8Array> {
  const named: [string, Float32Array][] = [];
  for (const group of groups)
    for (const key of vectors)
      named.push([`${group.name}/${key}`, Float32Array.from(await group[key].read())]);
  return encodeState(settings, progress, named);
}

/**
 * Restores parameters and optimizer state.
 *
 * @throws CheckpointError if the checkpoint is damaged, or belongs to a run with other settings; SafetensorsError
 */
export function restorePretraining(
  bytes: Uint8Array,
  settings: RunSettings,
  { groups }: Parameters,
): PretrainProgress {
  const file = decodeState(bytes, settings);
  const step = file.progress.get('step', jsonCount(0));
  const history = file.progress.get('history', jsonList(heldOutRecord));
  const values = groups.flatMap((group) =>
    vectors.map((key) => [group[key], file.vector(`${group.name}/${key}`, group.size)] as const),
  );
  for (const [tensor, data] of values) tensor.write(data);
  // Earlier versions chose none.
  return { step, history, kernels: file.progress.take('kernels', jsonRecord(jsonText), {}) };
}
