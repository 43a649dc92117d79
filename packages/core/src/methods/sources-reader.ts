import type { Adapter } from './adapter.ts';
import { checkAdapterName } from './adapter-config.ts';
import { readAdapterFolder } from './bottleneck-reader.ts';
import type { ModelFolder } from './model-folder.ts';

/**
 * Reads the source adapters that lie in a two-stage model's folder, each in a folder of its name.
 *
 * @param joined their names as configurations hold them, joined by commas, in order
 * @throws ModelFileError
 */
export async function readSourceFolders(
  folder: ModelFolder,
  joined: unknown,
  where: string,
): Promise<Adapter[]> {
  const sources: Adapter[] = [];
  for (const name of String(joined).split(','))
    sources.push(await readAdapterFolder(folder, `${checkAdapterName(name, where)}/`));
  return sources;
}
