import { type EncoderArchitecture, type ModelFolder, readSourceFolder, ScalearnError } from '@scalearn/core';
import { adapterMisfit } from '@scalearn/core/methods';
import {
  type EncoderFamily,
  encoderArchitecture,
  fingerprintEncoder,
  type ModelFiles,
  modelFolder,
  namedHubRepository,
  openModelFiles,
  readEncoderConfig,
} from '@scalearn/encoders';
import { HubError, type HubOptions } from '@scalearn/hub';
import { FolderError } from '../errors.ts';
import { isOnHub } from '../runs/stored-model.ts';
import { localEncoder } from './encoder-source.ts';
import { searchAdapters, searchWords, withoutLargeFiles } from './search-adapters.ts';

/** An adapter of a folder or of a repository. */
export interface ListedAdapter {
  /** How `--sources` names it. */
  readonly source: string;
  /** Name of the encoder that it was trained on, if its files say it. */
  readonly trainedOn: string | null;
  /** Why it is no source for the encoder; null if its files show no reason. */
  readonly reason: string | null;
}

const configName = 'adapter_config.json';

/**
 * Returns the folders with an adapter in a place, sorted: an empty name for the place itself.
 *
 * @param place a folder of this machine, or `hf:owner/name`
 */
async function adapterFolders(place: string, hub: HubOptions): Promise<readonly string[]> {
  const files = await openModelFiles(place, hub);
  const names = (await files.list?.()) ?? [];
  return names.flatMap((name) =>
    name === configName
      ? ['']
      : name.endsWith(`/${configName}`)
        ? [name.slice(0, -configName.length - 1)]
        : [],
  );
}

/** Returns how an adapter in a folder of a place is named. */
function adapterPlace(place: string, folder: string): string {
  if (folder === '') return place;
  const [path = '', ...revision] = isOnHub(place) ? place.split('@') : [place];
  return [`${path.replace(/\/+$/, '')}/${folder}`, ...revision].join('@');
}

/** What the adapters are listed for. */
export interface ListFor {
  readonly encoder: string;
  /** Layers of it that are used; by default all. */
  readonly layers?: number | undefined;
  readonly families: readonly EncoderFamily[];
  readonly hub: HubOptions;
}

/**
 * Lists the adapters of a place, with the reason for each that does not fit an encoder.
 *
 * @param place a folder, a repository of the hub (`hf:owner/name`), or words to search the hub for (`hf:sentiment`)
 * @throws FolderError if there are none
 */
export async function listAdapters(place: string, wanted: ListFor): Promise<readonly ListedAdapter[]> {
  const { hub } = wanted;
  const words = searchWords(place);
  if (words !== undefined) return await listFound(words, wanted);
  const folders = await adapterFolders(place, hub);
  if (folders.length === 0)
    throw new FolderError(`${place} has no adapter, which is a folder with ${configName}; check the name`);
  const encoder = await openTarget(wanted);
  const listed: ListedAdapter[] = [];
  for (const folder of folders) listed.push(await examine(adapterPlace(place, folder), encoder, hub));
  return listed;
}

/** Lists what a search finds. A repository that cannot be read is listed with the reason. */
async function listFound(words: string, wanted: ListFor): Promise<readonly ListedAdapter[]> {
  const { encoder: name, hub } = wanted;
  const encoder = await openTarget(wanted);
  const onHub = (await localEncoder(name)) === undefined ? name : undefined;
  const listed: ListedAdapter[] = [];
  for (const place of await searchAdapters(words, onHub, hub)) {
    const without = (reason: string) => listed.push({ source: place, trainedOn: null, reason });
    try {
      const folders = await adapterFolders(place, hub);
      if (folders.length === 0) without(`has no ${configName}`);
      for (const folder of folders)
        listed.push(await examine(adapterPlace(place, folder), encoder, hub, withoutLargeFiles));
    } catch (error) {
      // Without the hub the others cannot be read either.
      if (!(error instanceof HubError) || error.reason === 'unreachable') throw error;
      without(error.message);
    }
  }
  return listed;
}

interface Target {
  readonly architecture: EncoderArchitecture;
  /** Computes the fingerprint, which reads all weights. */
  fingerprint(): Promise<string>;
}

async function openTarget({ encoder: name, layers, families, hub }: ListFor): Promise<Target> {
  await localEncoder(name);
  const config = await readEncoderConfig(await openModelFiles(name, hub), { families });
  if (layers !== undefined && layers > config.layers)
    throw new FolderError(`${name} has ${config.layers} layers; --layers cannot be ${layers}`);
  const architecture = encoderArchitecture({ ...config, layers: layers ?? config.layers }, { families });
  let known: Promise<string> | undefined;
  const options = { ...hub, families, ...(layers !== undefined && { layers }) };
  return {
    architecture,
    fingerprint: () => {
      known ??= fingerprintEncoder(name, options).then(({ fingerprint }) => fingerprint);
      return known;
    },
  };
}

async function examine(
  source: string,
  target: Target,
  hub: HubOptions,
  limited = (files: ModelFiles) => files,
): Promise<ListedAdapter> {
  const folder = modelFolder(limited(await openModelFiles(source, hub)));
  const config = await readConfig(folder);
  const trainedOn = modelName(config);
  const { hidden_size: hiddenSize } = config;
  const encoder = target.architecture;
  // Said before its weights are downloaded.
  if (typeof hiddenSize === 'number' && hiddenSize !== encoder.hiddenSize)
    return { source, trainedOn, reason: otherHiddenSize(hiddenSize, encoder.hiddenSize) };
  try {
    const adapter = await readSourceFolder(folder);
    const shape = adapterMisfit(adapter, { encoder });
    const reason =
      shape ??
      (adapter.encoderFingerprint === undefined
        ? undefined
        : adapterMisfit(adapter, { encoder, encoderFingerprint: await target.fingerprint() }));
    return { source, trainedOn, reason: reason ?? null };
  } catch (error) {
    if (!(error instanceof ScalearnError)) throw error;
    return { source, trainedOn, reason: withoutPlace(error.message, folder.describe()) };
  }
}

const otherHiddenSize = (own: number, wanted: number): string =>
  `belongs to an encoder of hidden size ${own}, not ${wanted}`;

type Config = Readonly<Record<string, unknown>>;

/** Returns the configuration of an adapter; an empty one if the file is damaged, which its reader says. */
async function readConfig(folder: ModelFolder): Promise<Config> {
  try {
    return Object(JSON.parse((await folder.text(configName)) ?? '{}')) as Config;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof ScalearnError)) throw error;
    return {};
  }
}

/** Returns the encoder that an adapter names in its configuration. */
function modelName({ model_name: name, base_model_name_or_path: peft }: Config): string | null {
  const found = name ?? peft;
  return typeof found === 'string' && found !== '' ? found : null;
}

const withoutPlace = (message: string, place: string): string => message.replaceAll(`${place}/`, '');

/** Returns the message for a source that is a repository or a folder of several adapters; undefined for others. */
export async function severalAdapters(place: string): Promise<string | undefined> {
  const folders = (await adapterFolders(place, {})).filter((folder) => folder !== '');
  const [first] = folders;
  if (first === undefined) return undefined;
  const shown = `${folders.slice(0, 8).join(', ')}${folders.length > 8 ? ', …' : ''}`;
  return `${place} is not an adapter, but has adapters in it (${shown}); name one, such as ${adapterPlace(place, first)}${namedHubRepository(place) === undefined ? '' : `, and see them all with scalearn adapters ${place}`}`;
}
