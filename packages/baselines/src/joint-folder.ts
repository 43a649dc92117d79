import {
  checkAdapterName,
  commonKeys,
  type EncoderShape,
  encoderMetadata,
  type FileSet,
  type Method,
  ModelFileError,
  type ModelFolder,
  type NamedTensor,
  openTensorFile,
  parseJsonObject,
  type ReadTarget,
  readTrainedTensors,
  type SaveCall,
  type StoredMethod,
  sortedJson,
  type TensorReader,
  tensorFiles,
} from '@scalearn/core';
import { fromFile } from './file-errors.ts';

/** What a method of its own layout writes of its options. */
export type JointConfig = Readonly<Record<string, string | number>>;

/**
 * The folder of a joint method that no other library has files for: `NAME_config.json` with its options and tasks, and
 * the trained tensors, under the keys of the official state dict.
 */
export function jointFiles(name: string, call: SaveCall, config: JointConfig): FileSet {
  const { adapterName, tasks } = call;
  return {
    [`${name}_config.json`]: sortedJson({ ...commonKeys(call), name: adapterName, tasks, config }),
    ...tensorFiles(name, call.tensors, encoderMetadata(call)),
  };
}

/** A number of a configuration; NaN for anything else, which methods refuse. */
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/**
 * Reads what {@link jointFiles} wrote.
 *
 * @param make the method from its options; what it refuses is the file's fault
 * @returns undefined for a folder of another kind
 * @throws ModelFileError
 */
export async function readJointFolder(
  name: string,
  folder: ModelFolder,
  target: ReadTarget,
  make: (config: Readonly<Record<string, unknown>>) => Method,
): Promise<StoredMethod | undefined> {
  const path = `${name}_config.json`;
  const text = await folder.text(path);
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/${path}`;
  const json = parseJsonObject(text, where);
  const adapterName = checkAdapterName(json.name, where);
  const { tasks = [] } = target;
  if (String(json.tasks) !== String(tasks))
    throw new ModelFileError(
      `${where} is of the tasks ${json.tasks}, joint_config.json of ${tasks.join(',') || 'none'}`,
    );
  const config = typeof json.config === 'object' ? json.config : undefined;
  const method = fromFile(where, () => make({ ...config }));
  const file = await openTensorFile(folder, name);
  const specs = [
    ...method.parameters({ ...target, adapterName, tasks }),
    ...storedPooler(file.tensors, target.encoder),
  ];
  const tensors = await readTrainedTensors(file.tensors, specs, target, file.where);
  return { adapterName, method, tensors };
}

/** The pooler's tensors, where a file has them: that depends on the tasks. */
function storedPooler(
  { entries }: TensorReader,
  { prefix, hiddenSize }: EncoderShape,
): (Pick<NamedTensor, 'shape'> & { readonly name: string })[] {
  const stored = [...entries.keys()].some((key) => /^(\w+\.)?pooler\./.test(key));
  if (!stored) return [];
  return [
    { name: `${prefix}.pooler.dense.weight`, shape: [hiddenSize, hiddenSize] },
    { name: `${prefix}.pooler.dense.bias`, shape: [hiddenSize] },
  ];
}
