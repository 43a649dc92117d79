import type { Device, DeviceTensor, NamedTensor, WeightStorage } from '@scalearn/core';
import type { TensorReader } from '@scalearn/core/files';
import type { TransformerConfig } from '../families/config.ts';
import { type FamilyOptions, familyOf } from '../families/list.ts';
import type { WeightSpec } from '../families/weights.ts';
import { type SegmentEncoder, TransformerEncoder } from './encoder.ts';
import { encoderFingerprint, withLayers } from './fingerprint.ts';
import { drawWeight, planWeights, readWeight } from './read-weights.ts';

export interface CreateEncoderOptions extends FamilyOptions {
  /** The device to create the encoder on. */
  readonly device: Device;
  /** Configuration of the encoder. */
  readonly config: TransformerConfig;
  /** Reads the tensors of a checkpoint. */
  readonly weights: TensorReader;
  /** Name in errors and in saved adapters. */
  readonly name: string;
  /** Where it is loaded from, for models that are saved: a hub name, a URL or an absolute path. Default: unknown. */
  readonly source?: string;
  /** Tokenizes texts; without one the encoder takes token ids only. */
  readonly tokenizer?: SegmentEncoder;
  /** Number of layers to use, from the first. Default: all. */
  readonly layers?: number;
  /**
   * How the device keeps matrices; by default the device decides. With `int8`, tables of embeddings are `f16`: a rounded
   * token would be as wrong in every text. Vectors and sums are always f32.
   */
  readonly storage?: WeightStorage;
  /**
   * Called as tensors are read; by default progress is not reported. Each tensor is read twice: for the fingerprint, and for the
   * device.
   */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Loads an encoder's weights onto a device. A pooler missing in the checkpoint is initialized at random, as in the
 * reference. Only static multiple-choice heads use it.
 *
 * @throws EncoderConfigError for an unknown family, EncoderWeightsError if the weights do not fit the configuration,
 * ArgumentError for a wrong number of layers
 */
export async function createEncoder(options: CreateEncoderOptions): Promise<TransformerEncoder> {
  const { device, weights: reader, name, tokenizer, storage = device.weightStorage ?? 'f32' } = options;
  const config = withLayers(options.config, options.layers);
  const family = familyOf(config.modelType, options);
  const plan = planWeights(reader, family, config, options.config.layers, name);
  const parts = plan.specs.flatMap((spec) => spec.parts);
  const total = parts.length + plan.specs.length;
  let done = 0;
  options.onProgress?.(done, total);
  const advance = (): void => options.onProgress?.(++done, total);
  const fingerprint = await encoderFingerprint(config, reader, plan, advance);
  let headWeights: ReadonlyMap<string, NamedTensor>;
  const weights = new Map<string, { spec: WeightSpec; tensor: DeviceTensor }>();
  try {
    const upload = (spec: WeightSpec, values: Float32Array): void => {
      const kept = storageOf(spec, storage);
      const label = `encoder/${spec.name}`;
      weights.set(spec.name, { spec, tensor: device.upload(values, spec.shape, { label, storage: kept }) });
    };
    for (const spec of plan.specs) {
      upload(spec, await readWeight(reader, plan, spec));
      advance();
    }
    for (const spec of plan.absent) upload(spec, drawWeight(spec, config));
    headWeights = await readHeadWeights(reader, family.staticHead(config).modules.slice(0, -1));
  } catch (error) {
    for (const { tensor } of weights.values()) tensor.dispose();
    throw error;
  }
  return new TransformerEncoder(device, {
    name,
    family,
    config,
    fingerprint,
    weights,
    ...(headWeights.size > 0 ? { headWeights } : {}),
    ...(options.source === undefined ? {} : { source: options.source }),
    ...(tokenizer ? { tokenizer } : {}),
  });
}

/** Returns how a weight is kept. Vectors are small and sensitive to precision, so only matrices are in fewer bits. */
function storageOf({ shape, linear, optional }: WeightSpec, wanted: WeightStorage): WeightStorage {
  if (shape.length === 1) return 'f32';
  if (wanted !== 'int8') return wanted;
  // The pooler is optional. It is small, and heads train it.
  if (optional) return 'f32';
  return linear ? 'int8' : 'f16';
}

/** Reads what a checkpoint has of modules of a head. */
async function readHeadWeights(
  reader: TensorReader,
  modules: readonly string[],
): Promise<Map<string, NamedTensor>> {
  const found = new Map<string, NamedTensor>();
  for (const [key, { shape }] of reader.entries)
    if (modules.some((module) => key.startsWith(`${module}.`)))
      found.set(key, { shape, data: await reader.readFloat32(key) });
  return found;
}
