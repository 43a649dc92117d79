import { type JsonFields, jsonText } from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import type { Adapter } from './adapter.ts';
import { readAdapterFolder } from './bottleneck-reader.ts';
import type { ModelFolder } from './model-folder.ts';
import { isName } from './names.ts';

/** Limit of source adapters: more than any model has. */
const mostSources = 1000;

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
): Promise<Adapter[]> {
  const names = json.get('name', jsonText).split(',');
  if (names.length > mostSources)
    throw json.error(`name lists ${names.length} source adapters, more than ${mostSources}`);
  if (new Set(names).size < names.length)
    throw json.error(`name lists a source adapter twice: ${shown(json.raw('name'))}`);
  const sources: Adapter[] = [];
  for (const name of names) {
    if (!isName(name)) throw json.error(`${shown(name)} is not a valid name for an adapter`);
    sources.push(await readAdapterFolder(folder, `${name}/`, inProbe));
  }
  return sources;
}
