import type { TensorReader } from '@scalearn/core/files';
import { EncoderWeightsError } from '../errors.ts';
import type { TransformerConfig } from '../families/config.ts';
import type { MaskedLMHead } from '../families/masked-lm-head.ts';
import { maskedLMHeadParameters } from './head.ts';

/** Names of LayerNorm parameters in older checkpoints. */
const oldNames = { weight: 'gamma', bias: 'beta' } as const;

/**
 * Returns a head's values by parameter name, or none if the checkpoint has no such head.
 *
 * @throws EncoderWeightsError if parts of the head are missing or have another shape
 */
export async function readMaskedLMHead(
  reader: TensorReader,
  head: MaskedLMHead,
  config: TransformerConfig,
  where: string,
): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  const missing: string[] = [];
  const misshaped: string[] = [];
  for (const { name, shape } of maskedLMHeadParameters(head, config)) {
    const old = name.replace(/(?<=LayerNorm\.)(weight|bias)$/, (kind) => oldNames[kind as 'weight' | 'bias']);
    const key = reader.entries.has(name) ? name : old;
    const found = reader.entries.get(key)?.shape;
    if (!found) missing.push(name);
    else if (String(found) !== String(shape))
      misshaped.push(`${key} is [${found.join(', ')}], not [${shape.join(', ')}]`);
    else values.set(name, await reader.readFloat32(key));
  }
  if (misshaped.length > 0 || (missing.length > 0 && values.size > 0))
    throw new EncoderWeightsError(where, missing, [], misshaped);
  return values;
}
