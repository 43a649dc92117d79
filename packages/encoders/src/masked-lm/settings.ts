import type { EncodedText } from '@scalearn/core';
import type { RunSettings } from '@scalearn/core/methods';
import { sha256 } from '../model/sha256.ts';
import type { MaskedLanguageModel } from './model.ts';
import type { PretrainPlan } from './options.ts';

/** Returns the settings that determine a run. A checkpoint is only continued with the same settings. */
export async function runSettings(
  { config, device, parameters }: MaskedLanguageModel,
  { checkpointEvery: _, ...plan }: PretrainPlan,
  texts: readonly EncodedText[],
  heldOut: readonly EncodedText[],
): Promise<RunSettings> {
  return {
    ...plan,
    dropout: String(plan.dropout),
    config: JSON.stringify(config),
    parameters: parameters.groups.map((group) => `${group.name} ${group.size}`).join(', '),
    texts: await fingerprint(texts),
    heldOut: await fingerprint(heldOut),
    device: device.kind,
  };
}

/** Returns the SHA-256 of the ids of texts. */
function fingerprint(texts: readonly EncodedText[]): Promise<string> {
  const lines = texts.map(({ inputIds, tokenTypeIds }) =>
    [...Array.from(inputIds), '|', ...Array.from(tokenTypeIds ?? [])].join(' '),
  );
  return sha256(new TextEncoder().encode(lines.join('\n')));
}
