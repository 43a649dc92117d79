import type { Method, ModelFolder } from '@scalearn/core';
import { JsonFields, shown } from '@scalearn/core/files';
import {
  adapterNameOf,
  fileFault,
  openFolderTensors,
  type ReadTarget,
  readTrainedTensors,
  type StoredMethod,
} from '@scalearn/core/methods';

/** Contents of `adapter_config.json` for any kind of adapter. */
export interface AdapterDescription {
  readonly name: string;
  readonly json: JsonFields;
  readonly config: JsonFields;
  /** The complete text of the file. */
  readonly text: string;
  /** Path of the file, for messages. */
  readonly where: string;
}

/**
 * Reads `adapter_config.json`. Returns undefined if there is none, or if it names a predefined configuration of the
 * `adapters` library.
 */
export async function readAdapterDescription(folder: ModelFolder): Promise<AdapterDescription | undefined> {
  const text = await folder.text('adapter_config.json');
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/adapter_config.json`;
  const json = JsonFields.parse(text, where);
  if (!json.has('config') || typeof json.raw('config') === 'string') return undefined;
  return { name: adapterNameOf(json), json, config: json.object('config'), text, where };
}

/** @throws ModelFileError if a setting has another value, which would make the adapter compute something else */
export function requireSettings(config: JsonFields, expected: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(expected)) {
    if (isSame(config.raw(key), value)) continue;
    const found = config.has(key) ? shown(config.raw(key)) : 'missing';
    throw config.error(`${key} is ${found}; only ${shown(value)} can be read`);
  }
}

/** Returns whether a value equals this text, number, or list of them. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (!Array.isArray(wanted)) return found === wanted;
  return (
    Array.isArray(found) && found.length === wanted.length && wanted.every((item, i) => found[i] === item)
  );
}

/**
 * Returns a method with the trained tensors of an adapter's folder. @throws ModelFileError if they do not fit the
 * method
 */
export async function readAdapterTensors(
  folder: ModelFolder,
  target: ReadTarget,
  adapterName: string,
  method: Method,
): Promise<StoredMethod> {
  const file = await openFolderTensors(folder, 'adapter');
  const tasks = target.tasks ?? [adapterName];
  const specs = fileFault(folder.describe(), () => method.parameters({ ...target, adapterName, tasks }));
  const tensors = await readTrainedTensors(file.tensors, specs, target, file.where);
  return { adapterName, method, tensors };
}
