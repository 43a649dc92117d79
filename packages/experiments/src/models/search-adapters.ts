import { type ModelFiles, namedHubRepository } from '@scalearn/encoders';
import { type FoundModel, type HubOptions, searchModels } from '@scalearn/hub';
import { FolderError } from '../errors.ts';

/** Tags of repositories with adapters: those of the library `adapters`, and those of PEFT. */
const adapterTags = ['adapter-transformers', 'peft'];
/** Maximum number of repositories that a search looks at. */
const mostFound = 20;
/** Maximum size in MiB of a file that a search downloads. Adapters of a base encoder have up to 30. */
const largestFile = 64;

/**
 * Returns the words of a place that is a search on the hub: `hf:sentiment`. A name has a slash: `hf:owner/name`.
 *
 * @returns undefined for any other place
 */
export function searchWords(place: string): string | undefined {
  const words = namedHubRepository(place);
  return words === undefined || words === '' || /[/@]/.test(words) ? undefined : words;
}

/**
 * Searches the hub for repositories with adapters. Those that name the encoder come first, then those that name none; each in
 * the order of downloads.
 *
 * @param encoder hub name of the encoder; undefined if it is a folder
 * @returns places with their commits: `hf:owner/name@commit`
 * @throws FolderError if nothing is found; HubError if the hub cannot be asked
 */
export async function searchAdapters(
  words: string,
  encoder: string | undefined,
  hub: HubOptions,
): Promise<readonly string[]> {
  const found = new Map<string, FoundModel>();
  for (const tag of adapterTags)
    for (const model of await searchModels(words, { ...hub, tags: [tag], most: mostFound }))
      found.set(model.name, model);
  if (found.size === 0)
    throw new FolderError(
      `the hub has no adapters whose names have ${JSON.stringify(words)}; search for another word, or name a repository: hf:owner/name`,
    );
  const name = encoder?.split('@', 1)[0];
  return [...found.values()]
    .sort((a, b) => nearness(b, name) - nearness(a, name) || b.downloads - a.downloads)
    .slice(0, mostFound)
    .map((model) => `hf:${model.name}@${model.commit}`);
}

/** Returns 2 for a model that names the encoder as its base, 1 for one without a base, and 0 for one with another. */
function nearness({ tags }: FoundModel, encoder: string | undefined): number {
  const bases = tags.filter((tag) => tag.startsWith('base_model:'));
  if (bases.length === 0) return 1;
  return encoder !== undefined && bases.some((tag) => tag.split(':').at(-1) === encoder) ? 2 : 0;
}

/** Returns files of which large ones are refused before they are downloaded. What a search finds may be anything. */
export function withoutLargeFiles(files: ModelFiles): ModelFiles {
  const check = async (name: string): Promise<void> => {
    const mebibytes = ((await files.size?.(name)) ?? 0) / 2 ** 20;
    if (mebibytes > largestFile)
      throw new FolderError(
        `${name} has ${Math.ceil(mebibytes)} MiB, and a search downloads no file above ${largestFile}; name the repository to use it`,
      );
  };
  return {
    ...files,
    text: async (name) => {
      await check(name);
      return files.text(name);
    },
    source: async (name) => {
      await check(name);
      return files.source(name);
    },
  };
}
