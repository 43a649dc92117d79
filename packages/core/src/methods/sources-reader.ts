import { type JsonFields, jsonText } from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';
import type { Adapter } from './adapter.ts';
import { readAdapterFolder } from './bottleneck-reader.ts';
import type { ModelFolder } from './model-folder.ts';
import { isName } from './names.ts';

/** More source adapters than any model has. */
const mostSources = 1000;

/**
 * Reads the source adapters that lie in a two-stage model's folder, each in a folder of its name.
 *
 * @param json the model's configuration: its `name` is their names joined by commas, in order
 * @param inProbe whether the model is a probe, which says what each is multiplied by
 * @throws ModelFileError
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
    if (!isName(name)) throw json.error(`${shown(name)} is no name for an adapter`);
    sources.push(await readAdapterFolder(folder, `${name}/`, inProbe));
  }
  return sources;
}
