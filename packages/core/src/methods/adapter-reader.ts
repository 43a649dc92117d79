import { known } from '../elements.ts';
import { ModelFileError } from '../files/errors.ts';
import { shownList } from '../files/shown.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import { type Adapter, type AdapterLayer, adapterWidth } from './adapter.ts';
import type { AdapterConfig, ReductionFactors } from './adapter-config.ts';
import { fingerprintKey } from './adapter-files.ts';

/** Modules that hold the adapters of a place by name. The last two occur in AdapterHub's first files. */
const holders = ['adapters', 'layer_text_task_adapters', 'layer_text_lang_adapters'];

const fieldNames: Readonly<Record<string, keyof AdapterLayer>> = {
  'adapter_down.0.weight': 'down',
  'adapter_down.0.bias': 'downBias',
  'adapter_up.weight': 'up',
  'adapter_up.bias': 'upBias',
};

/** Limit of layers: more than any encoder has. */
const mostLayers = 1000;
/** Limit of widening. Layers are widened to the widest one, which must not turn a small file into a huge model. */
const mostWidening = 32;

/** The keys of an adapter's tensors, by layer. */
interface FoundKeys {
  readonly layers: Map<number, Map<keyof AdapterLayer, string>>;
  /** Module paths of the adapter in a layer, with `*` for the layer's number. */
  readonly places: Set<string>;
}

/**
 * Reads an adapter's tensors. It accepts keys with and without the encoder's prefix, and those of AdapterHub's first
 * files (docs/reference/formats.md#adapter-tensors). Narrower layers are widened to the widest one with units that add
 * nothing. Layers that were left out get an adapter that adds nothing.
 *
 * @throws ModelFileError that lists the missing, unexpected and misshaped keys
 */
export async function readAdapter(
  config: AdapterConfig,
  tensors: TensorReader,
  where: string,
): Promise<Adapter> {
  const problems: string[] = [];
  const { layers: found, places } = findKeys(config, tensors, problems);
  const count = layersOf(found, config, problems);
  const first = found.values().next().value?.get('down');
  const hiddenSize = (first === undefined ? undefined : tensors.entries.get(first)?.shape[1]) ?? 0;
  if (found.size === 0) problems.push(`no tensors of the adapter '${config.name}'`);
  const widths = Array.from({ length: found.size === 0 ? 0 : count }, (_, i) =>
    checkLayer(i, found.get(i), config, hiddenSize, tensors, problems),
  );
  if (config.hiddenSize !== undefined && hiddenSize !== config.hiddenSize && found.size > 0)
    problems.push(`the configuration has hidden size ${config.hiddenSize}, the tensors have ${hiddenSize}`);
  if (places.size > 1) problems.push(`its keys belong to several modules: ${shownList([...places])}`);
  if (problems.length > 0)
    throw new ModelFileError(`${where} does not fit its configuration: ${shownList(problems)}`);
  const width = Math.max(...widths);
  const stored = widths.reduce((sum, each) => sum + each, 0);
  if (width * found.size > mostWidening * stored)
    throw new ModelFileError(
      `${where} has layers of width ${width} and much narrower ones, which is not supported`,
    );
  const leftOut = [...widths.keys()].filter((i) => !found.has(i));
  const none = nothing(width, hiddenSize);
  const layers: AdapterLayer[] = [];
  for (const [i, own] of widths.entries()) {
    const keys = found.get(i);
    layers.push(
      keys ? widened(await readLayer(keys, tensors, config.scaling), own, width, hiddenSize) : none,
    );
  }
  const { name, modelType, nonLinearity } = config;
  const [place] = places;
  const encoderFingerprint = tensors.metadata.get(fingerprintKey);
  const warnings = warningsOf(config, place, encoderFingerprint);
  return {
    ...{ name, hiddenSize, width, nonLinearity, layers, encoderFingerprint, modelType, place },
    leftOut: leftOut.length > 0 ? leftOut : undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}

function findKeys({ name }: AdapterConfig, { entries }: TensorReader, problems: string[]): FoundKeys {
  const layers: FoundKeys['layers'] = new Map();
  const places: FoundKeys['places'] = new Set();
  for (const key of entries.keys()) {
    const found = splitKey(key, name);
    if (!found || found.layer > mostLayers) {
      problems.push(`unexpected ${key}`);
      continue;
    }
    const { place, layer, field } = found;
    places.add(place);
    const fields = layers.get(layer) ?? new Map<keyof AdapterLayer, string>();
    if (fields.has(field)) problems.push(`${key} beside ${fields.get(field)}`);
    layers.set(layer, fields.set(field, key));
  }
  return { layers, places };
}

/** Splits a key such as `bert.encoder.layer.0.output.adapters.NAME.adapter_up.bias`; undefined for other keys. */
function splitKey(
  key: string,
  name: string,
): { readonly place: string; readonly layer: number; readonly field: keyof AdapterLayer } | undefined {
  const field = Object.keys(fieldNames).find((each) => key.endsWith(`.${name}.${each}`));
  if (field === undefined) return undefined;
  const parts = key.slice(0, -`.${name}.${field}`.length).split('.');
  const holder = parts.pop() ?? '';
  const numbers = parts.filter((part) => /^\d{1,4}$/.test(part));
  const [layer] = numbers;
  const fieldName = fieldNames[field];
  if (!holders.includes(holder) || layer === undefined || numbers.length > 1 || !fieldName) return undefined;
  const place = parts.map((part) => (part === layer ? '*' : part)).join('.');
  return { place, layer: Number(layer), field: fieldName };
}

/** Returns the number of layers: those in the file, and those after them that are left out. */
function layersOf(found: FoundKeys['layers'], { leaveOut }: AdapterConfig, problems: string[]): number {
  const last = Math.max(-1, ...found.keys());
  let count = last + 1;
  while (leaveOut.includes(count)) count++;
  const stray = leaveOut.filter((layer) => layer > count);
  if (stray.length > 0 && found.size > 0)
    problems.push(
      `leave_out names layer ${stray.slice(0, 4).join(', ')}${stray.length > 4 ? ', …' : ''}, and the file has layers up to ${last}`,
    );
  return count;
}

/** Checks a layer and returns its width; 0 if it is left out. */
function checkLayer(
  layer: number,
  keys: ReadonlyMap<keyof AdapterLayer, string> | undefined,
  { leaveOut, reductionFactor }: AdapterConfig,
  hiddenSize: number,
  { entries }: TensorReader,
  problems: string[],
): number {
  const isLeftOut = leaveOut.includes(layer);
  if (isLeftOut) {
    if (keys) problems.push(`tensors of layer ${layer}, which leave_out names`);
    return 0;
  }
  const shapeOf = (field: keyof AdapterLayer): readonly number[] | undefined => {
    const key = keys?.get(field);
    return key === undefined ? undefined : entries.get(key)?.shape;
  };
  const width = shapeOf('down')?.[0] ?? 0;
  const expected: Record<keyof AdapterLayer, readonly number[]> = {
    down: [width, hiddenSize],
    downBias: [width],
    up: [hiddenSize, width],
    upBias: [hiddenSize],
  };
  for (const [named, field] of Object.entries(fieldNames)) {
    const shape = shapeOf(field);
    if (!shape) problems.push(`missing ${named} of layer ${layer}`);
    else if (String(shape) !== String(expected[field]))
      problems.push(`${keys?.get(field)} is [${shape.slice(0, 8)}], not [${expected[field]}]`);
  }
  const factor = factorOf(reductionFactor, layer);
  if (factor === undefined) problems.push(`reduction_factor has neither layer ${layer} nor a default`);
  else if (keys?.has('down') && width !== adapterWidth(hiddenSize, factor))
    problems.push(
      `layer ${layer} has width ${width}, and a reduction_factor of ${factor} makes ${adapterWidth(hiddenSize, factor)}`,
    );
  return width;
}

function factorOf(factors: ReductionFactors, layer: number): number | undefined {
  if (typeof factors === 'number') return factors;
  const key = Object.hasOwn(factors, layer) ? String(layer) : 'default';
  return Object.hasOwn(factors, key) ? factors[key] : undefined;
}

async function readLayer(
  keys: ReadonlyMap<keyof AdapterLayer, string>,
  tensors: TensorReader,
  scaling: number,
): Promise<AdapterLayer> {
  const read = (field: keyof AdapterLayer): Promise<Float32Array> => tensors.readFloat32(known(keys, field));
  const scaled = async (field: 'up' | 'upBias'): Promise<Float32Array> =>
    scaling === 1 ? read(field) : (await read(field)).map((v) => v * scaling);
  return {
    down: await read('down'),
    downBias: await read('downBias'),
    up: await scaled('up'),
    upBias: await scaled('upBias'),
  };
}

/** Returns the same adapter with additional units, whose outputs are not used. */
function widened(layer: AdapterLayer, from: number, to: number, hiddenSize: number): AdapterLayer {
  if (from === to) return layer;
  const { down, downBias, up, upBias } = nothing(to, hiddenSize);
  down.set(layer.down);
  downBias.set(layer.downBias);
  upBias.set(layer.upBias);
  for (let c = 0; c < hiddenSize; c++) up.set(layer.up.subarray(c * from, (c + 1) * from), c * to);
  return { down, downBias, up, upBias };
}

function nothing(width: number, hiddenSize: number): AdapterLayer {
  return {
    down: new Float32Array(width * hiddenSize),
    downBias: new Float32Array(width),
    up: new Float32Array(hiddenSize * width),
    upBias: new Float32Array(hiddenSize),
  };
}

/** Returns warnings about properties that the files do not contain, so that they cannot be checked. */
function warningsOf(
  { name, modelType, modelName }: AdapterConfig,
  place: string | undefined,
  fingerprint: string | undefined,
): string[] {
  if (fingerprint !== undefined) return [];
  const warnings: string[] = [];
  if (modelType === undefined) {
    warnings.push(
      `the adapter '${name}' does not say the architecture it was trained on (model_type, model_class), and its keys, ${place}, may be those of several; ` +
        'make sure that the encoder is the one it was trained on, which could not be checked',
    );
  } else if (modelName === undefined)
    warnings.push(
      `the adapter '${name}' does not say which ${modelType} it was trained on (model_name); ` +
        'make sure that the encoder is that one, which could not be checked',
    );
  return warnings;
}
