import { ArgumentError } from '@scalearn/core';
import type { TensorReader } from '@scalearn/core/files';
import { type HubOptions, sha256 } from '@scalearn/hub';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';
import { openCheckpoint } from '../folder/checkpoint.ts';
import { openModelFiles } from '../hub/open-model-files.ts';
import { readEncoderConfig } from './read-config.ts';
import { planWeights, type WeightPlan } from './read-weights.ts';

/**
 * Returns the SHA-256 of everything that determines the encoder's output: the configuration without dropout, and the
 * bytes of every tensor.
 */
export async function encoderFingerprint(
  config: TransformerConfig,
  reader: TensorReader,
  plan: WeightPlan,
  advance: () => void = () => {},
): Promise<string> {
  const isFixed = ([name]: readonly [string, unknown]): boolean => !name.endsWith('Dropout');
  const { headOptions } = config;
  const head = headOptions && {
    headOptions: Object.fromEntries(Object.entries(headOptions).filter(isFixed)),
  };
  const fixed = Object.entries({ ...config, ...head }).filter(isFixed);
  const lines = [JSON.stringify(fixed.sort())];
  const names = plan.specs.flatMap((spec) => spec.parts).sort();
  for (const name of names) {
    lines.push(`${name} ${await sha256(await reader.readBytes(plan.keys.get(name) as string))}`);
    advance();
  }
  return sha256(lines.join('\n'));
}

/** Returns the configuration with only the first layers. @throws ArgumentError if there are too few */
export function withLayers(config: TransformerConfig, layers: number = config.layers): TransformerConfig {
  if (!(Number.isInteger(layers) && layers >= 1 && layers <= config.layers))
    throw new ArgumentError(`layers must be a whole number from 1 to ${config.layers}, not ${layers}`);
  return { ...config, layers };
}

/**
 * Returns the fingerprint that `loadEncoder` would give, without loading the encoder onto a device.
 *
 * @throws as `loadEncoder`
 */
export async function fingerprintEncoder(
  source: string | URL,
  options: HubOptions & FamilyOptions & { readonly layers?: number } = {},
): Promise<{ readonly config: TransformerConfig; readonly fingerprint: string }> {
  const { layers, families, ...hub } = options;
  const known: FamilyOptions = families ? { families } : {};
  const files = await openModelFiles(source, hub);
  const whole = await readEncoderConfig(files, known);
  const config = withLayers(whole, layers);
  const reader = await openCheckpoint(files);
  const plan = planWeights(reader, familyOf(config.modelType, known), config, whole.layers, files.describe());
  return { config, fingerprint: await encoderFingerprint(config, reader, plan) };
}
