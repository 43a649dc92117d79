import { HubError, type HubOptions, parseHubName } from '@scalearn/hub';
import { UnreadableModelFileError } from '../folder/errors.ts';
import { isLocalFolder, localFolder, localPath } from '../folder/local-folder.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { urlFolder } from '../folder/url-folder.ts';
import { openHub } from './open-hub.ts';

/**
 * The files of a model by the way a user names it: a folder of this machine if there is one, the URL of a folder,
 * else a name on the hub.
 *
 * @throws UnreadableModelFileError where a path leads nowhere, HubError where the hub gives nothing
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
