import { HubError, type HubOptions, parseHubName } from '@scalearn/hub';
import { UnreadableModelFileError } from '../folder/errors.ts';
import { isLocalFolder, localFolder, localPath } from '../folder/local-folder.ts';
import { innerFiles, type ModelFiles } from '../folder/model-files.ts';
import { urlFolder } from '../folder/url-folder.ts';
import { openHub } from './open-hub.ts';

/** Begins a name that is meant on the hub, also where a folder of this machine has the same name. */
const hubPrefix = 'hf:';

/**
 * Returns the name on the hub of a text such as `hf:owner/name`; undefined for one without this prefix, which may be a
 * folder.
 */
export function namedHubRepository(name: string): string | undefined {
  return name.startsWith(hubPrefix) ? name.slice(hubPrefix.length) : undefined;
}

/**
 * Opens the files of a model by name: a folder of this machine if it exists, the URL of a folder, or a name on the hub,
 * which may begin with `hf:`. With `hf:`, a folder of the repository can be named: `hf:owner/name/folder@revision`.
 *
 * @throws UnreadableModelFileError if a path does not exist, HubError if the hub cannot provide the model
 */
export async function openModelFiles(name: string | URL, options: HubOptions = {}): Promise<ModelFiles> {
  if (/^https?:\/\//.test(String(name))) return urlFolder(name, options);
  if (typeof name !== 'string') return localFolder(localPath(name));
  const onHub = namedHubRepository(name);
  if (onHub !== undefined) return openHubFolder(onHub, options);
  if (await isLocalFolder(name)) return localFolder(name);
  try {
    parseHubName(name);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const message = `There is no folder ${name}, and it is not the name of a model on the hub. Check the path.`;
    throw new UnreadableModelFileError(message, { cause: error });
  }
  return openHub(name, options);
}

/** Opens a repository of the hub, or a folder of one: `owner/name/folder@revision`. */
async function openHubFolder(name: string, options: HubOptions): Promise<ModelFiles> {
  const [path = '', ...revision] = name.split('@');
  const [owner = '', repository, ...folder] = path.split('/');
  const repo = repository === undefined ? owner : `${owner}/${repository}`;
  const files = await openHub([repo, ...revision].join('@'), options);
  return folder.length === 0 ? files : innerFiles(files, folder.join('/'));
}
