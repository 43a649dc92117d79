import { ArgumentError } from '../errors.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import type { TensorToWrite } from '../files/tensor-to-write.ts';
import { type Adapter, type AdapterLayer, adapterKeys, adapterWidth } from './adapter.ts';
import {
  type AdapterConfig,
  commonKeys,
  ModelFileError,
  pfeifferConfig,
  sortedJson,
} from './adapter-config.ts';
import type { FileSet, SaveCall } from './method.ts';
import { tensorFiles } from './tensor-files.ts';

/** Metadata of adapter files: the fingerprint of the encoder they were trained on. */
export const fingerprintKey = 'encoder_fingerprint';

/** A reduction factor that the library's rounding turns into this width: `hidden / width`, or the double below it. */
function reductionFactorFor(hiddenSize: number, width: number): number {
  let factor = hiddenSize / width;
  while (adapterWidth(hiddenSize, factor) < width) factor *= 1 - Number.EPSILON;
  return factor;
}

/** The folder of the `adapters` library: `adapter_config.json`, and the tensors as safetensors and as torch has them. */
export function adapterFiles(
  adapter: Adapter,
  call: Pick<SaveCall, 'encoder' | 'modelName'> & {
    readonly reductionFactor?: number;
    /** More keys of the configuration. */
    readonly config?: Readonly<Record<string, unknown>>;
  },
): FileSet {
  const { encoder, reductionFactor = reductionFactorFor(adapter.hiddenSize, adapter.width) } = call;
  const config = {
    ...pfeifferConfig,
    ...call.config,
    non_linearity: adapter.nonLinearity,
    reduction_factor: reductionFactor,
  };
  const tensors = adapter.layers.flatMap((layer, i): [string, TensorToWrite][] => {
    const keys = adapterKeys(encoder.prefix, i, adapter.name);
    const { width, hiddenSize } = adapter;
    return [
      [keys.down, { shape: [width, hiddenSize], data: layer.down }],
      [keys.downBias, { shape: [width], data: layer.downBias }],
      [keys.up, { shape: [hiddenSize, width], data: layer.up }],
      [keys.upBias, { shape: [hiddenSize], data: layer.upBias }],
    ];
  });
  return {
    'adapter_config.json': sortedJson({ ...commonKeys(call), config, name: adapter.name }),
    ...tensorFiles(
      'adapter',
      tensors,
      adapter.encoderFingerprint ? { [fingerprintKey]: adapter.encoderFingerprint } : {},
    ),
  };
}

/** Collects an adapter from trained tensors. */
export function readAdapterTensors(
  { encoder, encoderFingerprint, adapterName, tensors }: SaveCall,
  activation: string,
): Adapter {
  const layers = Array.from({ length: encoder.layers }, (_, i) => {
    const keys = adapterKeys(encoder.prefix, i, adapterName);
    const get = (key: string): Float32Array => {
      const tensor = tensors.get(key);
      if (!tensor) throw new ArgumentError(`the trained model has no tensor '${key}'`);
      return tensor.data;
    };
    return { down: get(keys.down), downBias: get(keys.downBias), up: get(keys.up), upBias: get(keys.upBias) };
  });
  const width = layers[0]?.downBias.length ?? 0;
  const known = encoderFingerprint ? { encoderFingerprint } : {};
  return {
    name: adapterName,
    hiddenSize: encoder.hiddenSize,
    width,
    nonLinearity: activation,
    layers,
    ...known,
  };
}

/**
 * Reads an adapter's tensors. Keys with and without the encoder's prefix load alike, and so do those of AdapterHub's
 * first files (reference/formats 1.2).
 *
 * @throws ModelFileError that lists every missing, unexpected and misshaped key
 */
export async function readAdapter(
  config: AdapterConfig,
  tensors: TensorReader,
  where: string,
): Promise<Adapter> {
  const pattern =
    /^(?:[\w-]+\.)?encoder\.layer\.(\d+)\.output\.(?:adapters|layer_text_(?:task|lang)_adapters)\.(.+)\.(adapter_(?:down\.0|up)\.(?:weight|bias))$/;
  const fields: Record<string, keyof AdapterLayer> = {
    'adapter_down.0.weight': 'down',
    'adapter_down.0.bias': 'downBias',
    'adapter_up.weight': 'up',
    'adapter_up.bias': 'upBias',
  };
  const found: Partial<Record<keyof AdapterLayer, string>>[] = [];
  const problems: string[] = [];
  for (const key of tensors.entries.keys()) {
    const match = pattern.exec(key);
    const [, layer, name, field] = match ?? [];
    const at = Number(layer);
    if (!match || name !== config.name || at > 1000) problems.push(`unexpected ${key}`);
    else {
      found[at] ??= {};
      found[at][fields[field as string] as keyof AdapterLayer] = key;
    }
  }
  const count = found.length;
  if (count === 0) problems.push(`no tensors of the adapter '${config.name}'`);
  const shapeOf = (key: string | undefined): readonly number[] =>
    key ? (tensors.entries.get(key)?.shape ?? []) : [];
  const [width = 0, hiddenSize = 0] = shapeOf(found[0]?.down);
  const expected: Record<keyof AdapterLayer, readonly number[]> = {
    down: [width, hiddenSize],
    downBias: [width],
    up: [hiddenSize, width],
    upBias: [hiddenSize],
  };
  for (let i = 0; i < count; i++)
    for (const field of Object.keys(expected) as (keyof AdapterLayer)[]) {
      const key = found[i]?.[field];
      if (!key) problems.push(`missing ${adapterKeys('…', i, config.name)[field]}`);
      else if (String(shapeOf(key)) !== String(expected[field]))
        problems.push(`${key} is [${shapeOf(key)}], not [${expected[field]}]`);
    }
  if (config.hiddenSize !== undefined && hiddenSize !== config.hiddenSize && count > 0)
    problems.push(`the configuration says hidden size ${config.hiddenSize}, the tensors ${hiddenSize}`);
  if (problems.length > 0)
    throw new ModelFileError(`${where} does not fit its configuration: ${problems.join('; ')}`);
  const layers: AdapterLayer[] = [];
  for (const keys of found) {
    const read = async (field: keyof AdapterLayer): Promise<Float32Array> =>
      tensors.readFloat32(keys?.[field] as string);
    const scaled = async (field: 'up' | 'upBias'): Promise<Float32Array> =>
      config.scaling === 1 ? read(field) : (await read(field)).map((v) => v * config.scaling);
    layers.push({
      down: await read('down'),
      downBias: await read('downBias'),
      up: await scaled('up'),
      upBias: await scaled('upBias'),
    });
  }
  const fingerprint = tensors.metadata.get(fingerprintKey);
  const known = fingerprint ? { encoderFingerprint: fingerprint } : {};
  return { name: config.name, hiddenSize, width, nonLinearity: config.nonLinearity, layers, ...known };
}
