import type { EncoderArchitecture, FileSet, Method, ModelFolder, NamedTensor } from '@scalearn/core';
import { JsonFields, jsonList, jsonText, shown, type TensorReader } from '@scalearn/core/files';
import {
  adapterNameOf,
  checkFileTarget,
  encoderMetadata,
  fileFault,
  modelMetadata,
  openFolderTensors,
  type ReadTarget,
  readTrainedTensors,
  type SaveCall,
  type StoredMethod,
  stableStringify,
  tensorFiles,
} from '@scalearn/core/methods';

/** Options of a joint method as written to its own configuration file. */
export type JointConfig = Readonly<Record<string, string | number>>;

/**
 * Returns the folder of a joint method that has no layout in another library: `NAME_config.json` with its options and
 * tasks, and the trained tensors under the keys of the official state dict.
 */
export function jointFiles(name: string, call: SaveCall, config: JointConfig): FileSet {
  const { adapterName, tasks } = call;
  return {
    [`${name}_config.json`]: stableStringify({ ...modelMetadata(call), name: adapterName, tasks, config }),
    ...tensorFiles(name, call.tensors, encoderMetadata(call)),
  };
}

/**
 * Reads a folder that {@link jointFiles} wrote.
 *
 * @param keys all keys that the options may have
 * @param make makes the method from its options; options it refuses are reported as an error of the file
 * @returns undefined for a folder of another kind
 * @throws ModelFileError
 */
export async function readJointFolder(
  name: string,
  folder: ModelFolder,
  target: ReadTarget,
  keys: readonly string[],
  make: (config: JsonFields) => Method,
): Promise<StoredMethod | undefined> {
  const path = `${name}_config.json`;
  const text = await folder.text(path);
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/${path}`;
  const json = JsonFields.parse(text, where);
  checkFileTarget(json, target, ['tasks']);
  const adapterName = adapterNameOf(json);
  const { tasks = [] } = target;
  const written = json.get('tasks', jsonList(jsonText));
  if (written.length !== tasks.length || written.some((task, i) => task !== tasks[i]))
    throw json.error(
      `it is of the tasks ${shown(written)}, joint_config.json of ${tasks.join(',') || 'none'}`,
    );
  const config = json.object('config');
  config.only(keys);
  const method = fileFault(where, () => make(config));
  const file = await openFolderTensors(folder, name);
  const specs = [
    ...method.parameters({ ...target, adapterName, tasks }),
    ...storedPooler(file.tensors, target.encoder),
  ];
  const tensors = await readTrainedTensors(file.tensors, specs, target, file.where);
  return { adapterName, method, tensors };
}

/** Returns the pooler's tensors if the file has them, which depends on the tasks. */
function storedPooler(
  { entries }: TensorReader,
  { prefix, hiddenSize, modules: { pooler } }: EncoderArchitecture,
): (Pick<NamedTensor, 'shape'> & { readonly name: string })[] {
  if (pooler === undefined) return [];
  const weight = `${pooler}.weight`;
  if (!entries.has(weight) && !entries.has(weight.slice(prefix.length + 1))) return [];
  return [
    { name: weight, shape: [hiddenSize, hiddenSize] },
    { name: `${pooler}.bias`, shape: [hiddenSize] },
  ];
}
