import {
  type FileSet,
  type Method,
  ModelFileError,
  type ModelFolder,
  type NamedTensor,
} from '@scalearn/core';
import { JsonFields, jsonShallow, writeSafetensors } from '@scalearn/core/files';
import {
  checkAdapterName,
  checkEncoder,
  checkNamedEncoder,
  encoderMetadata,
  hubHeadConfig,
  type ReadTarget,
  type SaveCall,
  type StoredMethod,
  stableStringify,
} from '@scalearn/core/methods';

const weightsFile = 'model.safetensors';
const configFile = 'config.json';
/** Metadata keys of the weights: the method that trained them, and the name, which is formed like an adapter's. */
const methodKey = 'method';
const nameKey = 'name';

/**
 * Returns a trained encoder as a Hugging Face folder. A single static head is included if transformers has a class for
 * it; then `AutoModelForSequenceClassification` opens the folder. Weights that did not train are left out, such as the
 * pooler if the head does not use it.
 */
export function fullModelFiles(methodName: string, call: SaveCall): FileSet {
  const { tensors, heads, encoder, encoderConfig, adapterName } = call;
  const head = heads.size === 1 ? [...heads.values()][0] : undefined;
  const { layout, features, pooling } = head?.options ?? {};
  // transformers has the class of a head on the pooler, too.
  const hasClass = encoder.staticHead.isInTransformers || features === 'pooled';
  const isInside = hasClass && layout === 'static' && pooling === undefined;
  const inside = isInside ? head : undefined;
  const weights = writeSafetensors([...tensors, ...(inside?.tensors ?? [])], {
    ...encoderMetadata(call),
    [methodKey]: methodName,
    [nameKey]: adapterName,
  });
  if (!encoderConfig) return { [weightsFile]: weights };
  const config = {
    ...encoderConfig,
    dtype: 'float32',
    ...(inside ? hubHeadConfig({ ...inside.options, labels: inside.labels }, encoder) : {}),
  };
  return { [configFile]: stableStringify(config), [weightsFile]: weights };
}

/** The keys of `config.json` that are not part of the encoder's configuration. */
const ownKeys = ['architectures', 'dtype', 'id2label', 'label2id', 'problem_type'];

/**
 * Reads a folder that {@link fullModelFiles} wrote for a method.
 *
 * @returns undefined for a folder of another kind
 * @throws ModelFileError
 */
export async function readFullModel(
  folder: ModelFolder,
  target: ReadTarget,
  method: Method,
): Promise<StoredMethod | undefined> {
  const reader = await folder.tensors(weightsFile);
  if (reader?.metadata.get(methodKey) !== method.name) return undefined;
  const where = `${folder.describe()}/${weightsFile}`;
  checkEncoder(reader, target, where);
  const adapterName = checkAdapterName(reader.metadata.get(nameKey), where);
  const { prefix, staticHead } = target.encoder;
  const heads = ['classifier', ...staticHead.modules];
  const tensors = new Map<string, NamedTensor>();
  for (const [key, { shape }] of reader.entries) {
    if (heads.some((module) => key.startsWith(`${module}.`))) continue;
    if (!key.startsWith(`${prefix}.`))
      throw new ModelFileError(`${where}: unexpected ${key}; it is not a weight of the encoder`);
    tensors.set(key, { shape, data: await reader.readFloat32(key) });
  }
  const text = await folder.text(configFile);
  if (text === undefined) return { adapterName, method, tensors };
  const json = JsonFields.parse(text, `${folder.describe()}/${configFile}`);
  checkNamedEncoder(json, target);
  const kept = json.keys.filter((key) => !ownKeys.includes(key));
  const encoderConfig = Object.fromEntries(kept.map((key) => [key, json.get(key, jsonShallow)]));
  return { adapterName, method, tensors, encoderConfig };
}
