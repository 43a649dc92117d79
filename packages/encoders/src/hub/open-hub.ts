import { type HubOptions, nodeModules, openRepository } from '@scalearn/hub';
import { blobSource } from '../folder/file-list.ts';
import { fileSource } from '../folder/local-folder.ts';
import {
  checkFileName,
  checkTextSize,
  decodeText,
  type ModelFiles,
  missingFile,
} from '../folder/model-files.ts';

/**
 * Opens the files of a model on the hub. In Node and Deno they are downloaded on request, into the cache shared with
 * Python's libraries. A browser fetches only the parts that are read.
 *
 * @param name `owner/name` or `owner/name@revision`; the revision is a branch, a tag or a commit hash
 * @throws HubError with the reason and what to do
 */
export async function openHub(name: string, options: HubOptions = {}): Promise<ModelFiles> {
  const repository = await openRepository(name, { ...options, kind: 'model' });
  const where = (): string => repository.describe();
  const place = {
    describe: where,
    advice: repository.isOffline
      ? 'The cache has no more of it: go online once (without HF_HUB_OFFLINE) to download the rest.'
      : undefined,
  };
  const source: ModelFiles['source'] = async (file) => {
    checkFileName(file, where());
    const found = await repository.get(file);
    const bytes =
      typeof found === 'string' ? await fileSource(nodeModules()!, found) : found && blobSource(found);
    if (!bytes) throw missingFile(file, place);
    return bytes;
  };
  return {
    ...place,
    has: async (file) => {
      checkFileName(file, where());
      return repository.has(file);
    },
    text: async (file) => {
      const bytes = await source(file);
      checkTextSize(bytes.size, file, where());
      return decodeText(await bytes.read(0, bytes.size), file, where());
    },
    source,
    size: async (file) => {
      checkFileName(file, where());
      return repository.size(file);
    },
    list: () => repository.list(''),
  };
}
