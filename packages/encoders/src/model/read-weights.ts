import type { TensorReader } from '@scalearn/core/files';
import { RandomStream } from '@scalearn/core/graph';
import { EncoderConfigError, EncoderWeightsError } from '../errors.ts';
import type { TransformerConfig } from '../families/config.ts';
import type { EncoderFamily } from '../families/family.ts';
import { familyOf } from '../families/list.ts';
import type { WeightSpec } from '../families/weights.ts';
import type { ParseConfigOptions } from './config.ts';

/**
 * Returns a key as the encoder's own class writes it: without prefix, with LayerNorm parameters named weight and bias.
 */
function plainKey(key: string, prefix: string): string {
  const bare = key.startsWith(`${prefix}.`) ? key.slice(prefix.length + 1) : key;
  return bare.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

/** Where each tensor of the encoder is in a checkpoint. */
export interface WeightPlan {
  readonly specs: readonly WeightSpec[];
  /** Optional tensors that the checkpoint lacks: those of the pooler, or none. */
  readonly absent: readonly WeightSpec[];
  /** The key in the file for every plain key. */
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * Checks a checkpoint's keys against a configuration. All layers of the file must be present and fit. The first
 * `config.layers` of them are used.
 *
 * @param layersInFile number of layers in `config.json`, if the encoder is cut to fewer layers
 * @throws EncoderWeightsError, which lists every missing, unexpected and misshaped key
 */
export function planWeights(
  reader: TensorReader,
  family: EncoderFamily,
  config: TransformerConfig,
  layersInFile: number,
  where: string,
): WeightPlan {
  const keys = new Map([...reader.entries.keys()].map((key) => [plainKey(key, family.prefix), key]));
  if (layersInFile > reader.entries.size)
    throw new EncoderConfigError(
      `${where} has ${layersInFile} layers by its config.json, and its weights are ${reader.entries.size} tensors; they do not belong together`,
    );
  const expected = new Set<string>();
  const missing: string[] = [];
  const misshaped: string[] = [];
  const present = family.weights({ ...config, layers: layersInFile }).filter(({ parts, shape, optional }) => {
    const partShape = [(shape[0] as number) / parts.length, ...shape.slice(1)];
    for (const part of parts) {
      expected.add(part);
      const key = keys.get(part);
      const found = key === undefined ? undefined : reader.entries.get(key)?.shape;
      if (found === undefined && !optional) missing.push(part);
      else if (found !== undefined && String(found) !== String(partShape))
        misshaped.push(`${part} is [${found.join(', ')}], not [${partShape.join(', ')}]`);
    }
    return parts.every((part) => keys.has(part));
  });
  // The pooler may be missing, but only as a whole.
  const used = family.weights(config);
  const optional = used.filter((spec) => spec.optional);
  if (optional.some((spec) => keys.has(spec.name)))
    missing.push(...optional.map((spec) => spec.name).filter((name) => !keys.has(name)));
  // Buffers, and heads of the task the model was trained for, are not part of the encoder.
  const isOther = (key: string): boolean =>
    /(?:^|\.)position_ids$/.test(key) || family.headKeys.some((head) => key.startsWith(`${head}.`));
  const unexpected = [...keys].filter(
    ([plain, key]) => !expected.has(plain) && !isOther(plain) && !isOther(key),
  );
  if (missing.length + misshaped.length + unexpected.length > 0)
    throw new EncoderWeightsError(
      where,
      missing,
      unexpected.map(([, key]) => key),
      misshaped,
    );
  const usedNames = new Set(used.map((spec) => spec.name));
  const absent = optional.filter((spec) => !keys.has(spec.name));
  return { specs: present.filter((spec) => usedNames.has(spec.name)), absent, keys };
}

/**
 * Returns the initial values of a weight that the checkpoint lacks: N(0, initializerRange²), or its constant. They are
 * deterministic, so they need not be stored with a model that was trained with them.
 */
export function drawWeight(
  { name, shape, initial }: WeightSpec,
  { initializerRange }: TransformerConfig,
): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return initial === 'normal'
    ? new RandomStream(0, `encoder/${name}`).normal(size, 0, initializerRange)
    : new Float32Array(size).fill(initial === 'ones' ? 1 : 0);
}

/** Reads a tensor's values, with its parts stacked. */
export async function readWeight(
  reader: TensorReader,
  plan: WeightPlan,
  spec: WeightSpec,
): Promise<Float32Array> {
  const read = (part: string): Promise<Float32Array> => reader.readFloat32(plan.keys.get(part) as string);
  const [first] = spec.parts;
  if (spec.parts.length === 1) return read(first as string);
  const whole = new Float32Array(spec.shape.reduce((a, b) => a * b, 1));
  let at = 0;
  for (const part of spec.parts) {
    const values = await read(part);
    whole.set(values, at);
    at += values.length;
  }
  return whole;
}

/**
 * Reads all weights of an encoder: their values by name in its graph. Optional weights that the checkpoint lacks are
 * left out.
 *
 * @throws EncoderConfigError for an unknown family, EncoderWeightsError, which lists every missing, unexpected and
 * misshaped key
 */
export async function readEncoderWeights(
  reader: TensorReader,
  config: TransformerConfig,
  { where = 'the checkpoint', ...options }: ParseConfigOptions = {},
): Promise<Map<string, Float32Array>> {
  const plan = planWeights(reader, familyOf(config.modelType, options), config, config.layers, where);
  const weights = new Map<string, Float32Array>();
  for (const spec of plan.specs) weights.set(spec.name, await readWeight(reader, plan, spec));
  return weights;
}
