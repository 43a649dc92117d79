import { ArgumentError } from '../errors.ts';
import type { TensorReader } from '../files/safetensors-reader.ts';
import { type Adapter, adapterKeys } from '../methods/adapter.ts';
import { ModelFileError, parseAdapterConfig, parseJsonObject } from '../methods/adapter-config.ts';
import { readAdapter } from '../methods/adapter-files.ts';
import { bottleneck } from '../methods/bottleneck.ts';
import type { FileSet, Method, MethodTarget, SaveCall } from '../methods/method.ts';
import { scalearn } from '../methods/scalearn.ts';
import { parseScalearnConfig } from '../methods/scalearn-files.ts';
import { omegaKeys } from '../methods/scalearn-settings.ts';
import { headLayers } from '../nn/head.ts';
import type { NamedTensor } from '../nn/parameters.ts';
import { headFiles, readHead, renameHead, type SavedHead } from './head-files.ts';

/** A trained model on the host: all that is needed to save it, to merge it, or to put it on a device again. */
export interface ModelSnapshot extends MethodTarget {
  readonly method: Method;
  /** The method's trained tensors by name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly head: SavedHead;
  /** Name of the encoder, for people. */
  readonly modelName: string;
}

const saveCall = ({ method: _, head: __, ...call }: ModelSnapshot): SaveCall => call;

/** The model folder's files by relative path, `run.json` left out. */
export function snapshotFiles(snapshot: ModelSnapshot): FileSet {
  return { ...snapshot.method.save(saveCall(snapshot)), ...headFiles(snapshot.head, snapshot) };
}

/** An adapter as a model: its tensors under the names a bottleneck method trains. */
function adapterTensors(adapter: Adapter, prefix: string): Map<string, NamedTensor> {
  const { width, hiddenSize } = adapter;
  const shapes = {
    down: [width, hiddenSize],
    downBias: [width],
    up: [hiddenSize, width],
    upBias: [hiddenSize],
  };
  return new Map(
    adapter.layers.flatMap((layer, i) => {
      const keys = adapterKeys(prefix, i, adapter.name);
      return (Object.keys(shapes) as (keyof typeof shapes)[]).map((field): [string, NamedTensor] => [
        keys[field],
        { shape: shapes[field], data: layer[field] },
      ]);
    }),
  );
}

function bottleneckFor({ hiddenSize, width, nonLinearity }: Adapter): Method {
  return bottleneck({ width, reductionFactor: hiddenSize / width, nonLinearity });
}

/**
 * The model as one plain bottleneck adapter with its head: what any program with the `adapters` library loads.
 *
 * @throws ArgumentError if the method cannot be merged
 */
export function mergeSnapshot(snapshot: ModelSnapshot): ModelSnapshot {
  const { method, head, adapterName, encoder } = snapshot;
  if (!method.merge)
    throw new ArgumentError(`a ${method.name} model is not a sum of adapters; there is nothing to merge`);
  const adapter = method.merge(saveCall(snapshot));
  const pooled = headLayers(head.options).length === 1 ? { pooled: true } : {};
  const options = { ...head.options, layout: 'flexible', name: adapterName, ...pooled } as const;
  return {
    ...snapshot,
    method: bottleneckFor(adapter),
    tensors: adapterTensors(adapter, encoder.prefix),
    head: { ...head, options, tensors: renameHead(head.tensors, head.options, options) },
  };
}

/** A model folder, wherever it lies. */
export interface ModelFolder {
  describe(): string;
  /** A file's text, or undefined where there is none. */
  text(path: string): Promise<string | undefined>;
  tensors(path: string): Promise<TensorReader | undefined>;
}

async function required<T>(folder: ModelFolder, path: string, content: Promise<T | undefined>): Promise<T> {
  const found = await content;
  if (found === undefined)
    throw new ModelFileError(`${folder.describe()} has no ${path}; it is not a whole model folder`);
  return found;
}

/** Reads the adapter of a bottleneck folder: a source for stage 2. */
export async function readAdapterFolder(folder: ModelFolder, within = ''): Promise<Adapter> {
  const path = `${within}adapter_config.json`;
  const where = `${folder.describe()}/${path}`;
  const config = parseAdapterConfig(await required(folder, path, folder.text(path)), where);
  const file = `${within}adapter.safetensors`;
  return readAdapter(
    config,
    await required(folder, file, folder.tensors(file)),
    `${folder.describe()}/${file}`,
  );
}

/** @throws ModelFileError if the adapter was trained on another encoder */
function checkFits(
  { layers, hiddenSize, encoderFingerprint: known }: Adapter,
  { encoder, encoderFingerprint }: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
  folder: ModelFolder,
): void {
  const sizes = `${layers.length} layers of hidden size ${hiddenSize}`;
  if (layers.length !== encoder.layers || hiddenSize !== encoder.hiddenSize)
    throw new ModelFileError(
      `the adapter in ${folder.describe()} is for ${sizes}, the encoder has ${encoder.layers} of ${encoder.hiddenSize}`,
    );
  if (known !== undefined && encoderFingerprint !== undefined && known !== encoderFingerprint)
    throw new ModelFileError(`the adapter in ${folder.describe()} was trained on another encoder`);
}

/**
 * Reads a model folder that {@link snapshotFiles} wrote, for the encoder it belongs to.
 *
 * @throws ModelFileError if files are missing, or do not fit each other
 */
export async function readSnapshot(
  folder: ModelFolder,
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'> & { readonly modelName: string },
): Promise<ModelSnapshot> {
  const headPath = 'head_config.json';
  const headText = await required(folder, headPath, folder.text(headPath));
  const headWeights = await required(
    folder,
    'model_head.safetensors',
    folder.tensors('model_head.safetensors'),
  );
  const head = await readHead(headText, headWeights, `${folder.describe()}/${headPath}`);
  const scalearnText = await folder.text('scalearn_config.json');
  if (scalearnText === undefined) {
    const adapter = await readAdapterFolder(folder);
    checkFits(adapter, target, folder);
    return {
      ...target,
      adapterName: adapter.name,
      method: bottleneckFor(adapter),
      tensors: adapterTensors(adapter, target.encoder.prefix),
      head,
    };
  }
  const where = `${folder.describe()}/scalearn_config.json`;
  const json = parseJsonObject(scalearnText, where);
  const names = String(json.name).split(',');
  const settings = parseScalearnConfig((json.config ?? {}) as Record<string, unknown>);
  const sources: Adapter[] = [];
  for (const name of names) {
    if (!/^[\w.+-]+$/.test(name))
      throw new ModelFileError(`${where}: ${JSON.stringify(name)} is no name for an adapter`);
    sources.push(await readAdapterFolder(folder, `${name}/`));
  }
  const weights = await required(
    folder,
    'model_scalearn.safetensors',
    folder.tensors('model_scalearn.safetensors'),
  );
  const adapterName = names.at(-1) as string;
  const tensors = new Map<string, NamedTensor>();
  for (const key of omegaKeys({ ...target, adapterName }, names, settings.shared)) {
    const entry = weights.entries.get(key);
    if (!entry) throw new ModelFileError(`${folder.describe()}/model_scalearn.safetensors has no ${key}`);
    tensors.set(key, { shape: entry.shape, data: await weights.readFloat32(key) });
  }
  return { ...target, adapterName, method: scalearn({ ...settings, sources }), tensors, head };
}
