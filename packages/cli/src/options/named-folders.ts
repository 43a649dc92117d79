import { basename, resolve } from 'node:path';
import { UsageError } from '@scalearn/experiments';
import { isOnHub } from '@scalearn/experiments/runs';

/**
 * Returns the folders by the names of their models, which are given as `NAME=FOLDER` or are the folders' own.
 *
 * @throws UsageError if two have the same name
 */
export function namedFolders(folders: readonly string[]): Map<string, string> {
  const places = new Map<string, string>();
  for (const folder of folders) {
    const [, named, path = folder] = /^([\w.-]+)=(.+)$/.exec(folder) ?? [];
    const name = named ?? (isOnHub(path) ? path.split('/').at(-1)! : basename(resolve(path)));
    if (places.has(name))
      throw new UsageError(`two models have the name ${name}; give one another: NAME=${path}`);
    places.set(name, path);
  }
  return places;
}
