import {
  checkAdapterName,
  checkEncoder,
  encoderMetadata,
  type FileSet,
  type Method,
  ModelFileError,
  type ModelFolder,
  type NamedTensor,
  parseJsonObject,
  type ReadTarget,
  type SaveCall,
  type SavedHead,
  type StoredMethod,
  sortedJson,
  writeSafetensors,
} from '@scalearn/core';

const weightsFile = 'model.safetensors';
const configFile = 'config.json';
/** Metadata of the weights: the method that trained them, and on what, as adapters are named. */
const methodKey = 'method';
const nameKey = 'name';

/** The classes of transformers that have our static heads, by model type. */
const architectures: Readonly<Record<string, string>> = {
  roberta: 'Roberta',
  'xlm-roberta': 'XLMRoberta',
};

const problemTypes = {
  singleLabelClassification: 'single_label_classification',
  regression: 'regression',
  multiLabelClassification: 'multi_label_classification',
  multipleChoice: undefined,
} as const;

/**
 * A trained encoder as a Hugging Face folder. A single static head lies in it as well, where transformers has a class
 * for it: then `AutoModelForSequenceClassification` opens the folder. Weights that did not train are left out, such as
 * the pooler of heads that do without it.
 */
export function fullModelFiles(methodName: string, call: SaveCall): FileSet {
  const { tensors, heads, encoder, encoderConfig, adapterName } = call;
  const family = architectures[encoder.modelType];
  const head = heads.size === 1 ? [...heads.values()][0] : undefined;
  const inside = family && head?.options.layout === 'static' ? { family, head } : undefined;
  const weights = writeSafetensors([...tensors, ...(inside?.head.tensors ?? [])], {
    ...encoderMetadata(call),
    [methodKey]: methodName,
    [nameKey]: adapterName,
  });
  if (!encoderConfig) return { [weightsFile]: weights };
  const config = { ...encoderConfig, dtype: 'float32', ...(inside ? headConfig(inside) : {}) };
  return { [configFile]: sortedJson(config), [weightsFile]: weights };
}

/** What a head decides of `config.json`. */
function headConfig({ family, head }: { readonly family: string; readonly head: SavedHead }): object {
  const { problem, outputs } = head.options;
  const choice = problem === 'multipleChoice';
  const labels = head.labels ?? Array.from({ length: outputs }, (_, i) => `LABEL_${i}`);
  return {
    architectures: [`${family}For${choice ? 'MultipleChoice' : 'SequenceClassification'}`],
    ...(choice
      ? {}
      : {
          id2label: Object.fromEntries(labels.entries()),
          label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
          problem_type: problemTypes[problem],
        }),
  };
}

/** The keys of `config.json` that are no part of the encoder's. */
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
  const tensors = new Map<string, NamedTensor>();
  for (const [key, { shape }] of reader.entries) {
    if (/^classifier\./.test(key)) continue;
    if (!key.startsWith(`${target.encoder.prefix}.`))
      throw new ModelFileError(`${where}: unexpected ${key}; it is no weight of the encoder`);
    tensors.set(key, { shape, data: await reader.readFloat32(key) });
  }
  const text = await folder.text(configFile);
  if (text === undefined) return { adapterName, method, tensors };
  const config = Object.entries(parseJsonObject(text, `${folder.describe()}/${configFile}`));
  const encoderConfig = Object.fromEntries(config.filter(([key]) => !ownKeys.includes(key)));
  return { adapterName, method, tensors, encoderConfig };
}
