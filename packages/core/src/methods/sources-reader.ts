import { type JsonFields, jsonText } from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import type { EncoderArchitecture } from '../nn/architecture.ts';
import { readAdapterFolder, storedAdapter } from './bottleneck-reader.ts';
import { readLora, storedLora } from './lora/reader.ts';
import type { ModelFolder, StoredMethod } from './model-folder.ts';
import { isName } from './names.ts';
import { isLora, type SourceAdapter } from './source.ts';

/** Limit of source adapters: more than any model has. */
const mostSources = 1000;

/**
 * Reads an adapter of a kind that can be a source of stage 2: a bottleneck adapter, or a LoRA of PEFT.
 *
 * @param within a folder inside it, with a slash at the end; by default the folder itself
 * @param inProbe whether it is part of a probe's folder, which gives the factor of the adapter
 * @throws ModelFileError that names the kind, for an adapter of another kind
 */
export async function readSourceFolder(
  folder: ModelFolder,
  within = '',
  inProbe = false,
): Promise<SourceAdapter> {
  return (await readLora(folder, within)) ?? readAdapterFolder(folder, within, inProbe);
}

/**
 * Reads the source adapters in a two-stage model's folder, each from a folder with its name.
 *
 * @param json the model's configuration; its `name` is the adapters' names joined by commas, in order
 * @param inProbe whether the model is a probe, which gives the factor of each adapter
 * @throws ModelFileError if a name is invalid or an adapter cannot be read
 */
export async function readSourceFolders(
  folder: ModelFolder,
  json: JsonFields,
  inProbe = false,
): Promise<SourceAdapter[]> {
  const names = json.get('name', jsonText).split(',');
  if (names.length > mostSources)
    throw json.error(`name lists ${names.length} source adapters, more than ${mostSources}`);
  if (new Set(names).size < names.length)
    throw json.error(`name lists a source adapter twice: ${shown(json.raw('name'))}`);
  const sources: SourceAdapter[] = [];
  for (const name of names) {
    if (!isName(name)) throw json.error(`${shown(name)} is not a valid name for an adapter`);
    sources.push(await readSourceFolder(folder, `${name}/`, inProbe));
  }
  return sources;
}

/** Converts an adapter to a trained method. */
export function storedSource(adapter: SourceAdapter, encoder: EncoderArchitecture): StoredMethod {
  return isLora(adapter) ? storedLora(adapter, encoder) : storedAdapter(adapter, encoder);
}
