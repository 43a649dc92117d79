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

/** What `adapter_config.json` says, whatever the kind of adapter. */
export interface AdapterDescription {
  readonly name: string;
  readonly json: JsonFields;
  readonly config: JsonFields;
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
  const json = JsonFields.parse(text, where);
  if (!json.has('config') || typeof json.raw('config') === 'string') return undefined;
  return { name: adapterNameOf(json), json, config: json.object('config'), text, where };
}

/** @throws ModelFileError if the configuration says anything else: it would compute something else */
export function requireSettings(config: JsonFields, expected: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(expected)) {
    if (isSame(config.raw(key), value)) continue;
    const found = config.has(key) ? shown(config.raw(key)) : 'missing';
    throw config.error(`${key} is ${found}; only ${shown(value)} can be read`);
  }
}

/** Whether a value is this text, number, or list of them. */
function isSame(found: unknown, wanted: unknown): boolean {
  if (!Array.isArray(wanted)) return found === wanted;
  return (
    Array.isArray(found) && found.length === wanted.length && wanted.every((item, i) => found[i] === item)
  );
}

/** A method with the trained tensors of an adapter's folder. @throws ModelFileError if they do not fit it */
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
