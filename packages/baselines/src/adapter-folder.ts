import {
  checkAdapterName,
  type Method,
  ModelFileError,
  type ModelFolder,
  openTensorFile,
  parseJsonObject,
  type ReadTarget,
  readTrainedTensors,
  type StoredMethod,
} from '@scalearn/core';
import { fromFile } from './file-errors.ts';

/** What `adapter_config.json` says, whatever the kind of adapter. */
export interface AdapterDescription {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** All of it. */
  readonly text: string;
  /** The file, for people. */
  readonly where: string;
}

/** Reads `adapter_config.json`; undefined where there is none, or one that names a configuration of the library. */
export async function readAdapterDescription(folder: ModelFolder): Promise<AdapterDescription | undefined> {
  const text = await folder.text('adapter_config.json');
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/adapter_config.json`;
  const { name, config } = parseJsonObject(text, where);
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return undefined;
  return { name: checkAdapterName(name, where), config: config as Record<string, unknown>, text, where };
}

/** @throws ModelFileError if the configuration says anything else: it would compute something else */
export function requireSettings(
  { config, where }: Omit<AdapterDescription, 'text'>,
  expected: Readonly<Record<string, unknown>>,
): void {
  for (const [key, value] of Object.entries(expected)) {
    const [found, wanted] = [JSON.stringify(config[key]), JSON.stringify(value)];
    if (found !== wanted)
      throw new ModelFileError(`${where}: ${key} is ${found ?? 'missing'}; only ${wanted} can be read`);
  }
}

/** A method with the trained tensors of an adapter's folder. @throws ModelFileError if they do not fit it */
export async function readAdapterTensors(
  folder: ModelFolder,
  target: ReadTarget,
  adapterName: string,
  method: Method,
): Promise<StoredMethod> {
  const file = await openTensorFile(folder, 'adapter');
  const tasks = target.tasks ?? [adapterName];
  const specs = fromFile(folder.describe(), () => method.parameters({ ...target, adapterName, tasks }));
  const tensors = await readTrainedTensors(file.tensors, specs, target, file.where);
  return { adapterName, method, tensors };
}
