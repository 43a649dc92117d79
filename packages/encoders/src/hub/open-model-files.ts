import { HubError, type HubOptions, parseHubName } from '@scalearn/hub';
import { UnreadableModelFileError } from '../folder/errors.ts';
import { isLocalFolder, localFolder, localPath } from '../folder/local-folder.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { urlFolder } from '../folder/url-folder.ts';
import { openHub } from './open-hub.ts';

/**
 * Opens the files of a model by name: a folder of this machine if it exists, the URL of a folder, or a name on the hub.
 *
 * @throws UnreadableModelFileError if a path does not exist, HubError if the hub cannot provide the model
 */
export async function openModelFiles(name: string | URL, options: HubOptions = {}): Promise<ModelFiles> {
  if (/^https?:\/\//.test(String(name))) return urlFolder(name, options);
  if (typeof name !== 'string') return localFolder(localPath(name));
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
