import { ArgumentError, type Device, type WeightStorage } from '@scalearn/core';
import { shown } from '@scalearn/core/files';
import { checkOptionNames, hasFunctions } from '@scalearn/core/methods';
import { type HubOptions, nodeModules } from '@scalearn/hub';
import type { FamilyOptions } from '../families/list.ts';
import { openCheckpoint } from '../folder/checkpoint.ts';
import { isLocalFolder, localPath } from '../folder/local-folder.ts';
import type { ModelFiles } from '../folder/model-files.ts';
import { namedHubRepository, openModelFiles } from '../hub/open-model-files.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import { createEncoder } from './create.ts';
import type { SegmentEncoder, TransformerEncoder } from './encoder.ts';
import { readEncoderConfig } from './read-config.ts';

export interface LoadEncoderOptions extends HubOptions, FamilyOptions {
  /** The device to load the encoder on. */
  readonly device: Device;
  /** Number of layers to use, from the first. Default: all. */
  readonly layers?: number;
  /** How the device keeps matrices, see `createEncoder`; by default the device decides. */
  readonly storage?: WeightStorage;
  /**
   * Called as tensors are read; by default progress is not reported. Each tensor is read twice: for the fingerprint, and for the
   * device.
   */
  readonly onProgress?: (done: number, total: number) => void;
}

const optionNames: Readonly<Record<keyof LoadEncoderOptions, true>> = {
  ...{ device: true, layers: true, storage: true, onProgress: true, families: true },
  ...{ endpoint: true, cacheDir: true, accessToken: true, offline: true, onDownload: true },
  ...{ signal: true, timeout: true, retries: true, fetch: true },
};

function checkArguments(source: unknown, options: unknown): void {
  if (
    typeof source !== 'string' &&
    !(source instanceof URL) &&
    !hasFunctions(source, 'text', 'source', 'describe')
  )
    throw new ArgumentError(
      `an encoder is loaded from the name of a folder or of a hub repository, its URL, or opened files, not ${shown(source)}`,
    );
  checkOptionNames('loadEncoder', options, Object.keys(optionNames));
}

/**
 * Loads an encoder with its tokenizer.
 *
 * @param source a hub name such as `FacebookAI/roberta-base`, a local Hugging Face folder, its URL, or opened files
 * @throws EncoderConfigError, EncoderWeightsError, TokenizerError, MissingModelFileError, HubError
 */
export async function loadEncoder(
  source: string | URL | ModelFiles,
  options: LoadEncoderOptions,
): Promise<TransformerEncoder> {
  checkArguments(source, options);
  const { device, layers, storage, onProgress, families, ...hub } = options;
  if (!hasFunctions(device, 'compile', 'upload'))
    throw new ArgumentError(`device must be a device, as requestDevice returns it, not ${shown(device)}`);
  const known: FamilyOptions = families ? { families } : {};
  const isNamed = typeof source === 'string' || source instanceof URL;
  const files = isNamed ? await openModelFiles(source, hub) : source;
  const config = await readEncoderConfig(files, known);
  const tokenizer = await loadTokenizer(files, known);
  const segments: SegmentEncoder = {
    encode: ([text, pair], { maxLength, truncation }) =>
      tokenizer.encode(text, pair, { maxLength, truncation }),
  };
  return createEncoder({
    ...known,
    device,
    config,
    weights: await openCheckpoint(files),
    ...(isNamed ? await nameAndPlace(source) : { name: files.describe() }),
    tokenizer: segments,
    ...(layers === undefined ? {} : { layers }),
    ...(storage === undefined ? {} : { storage }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/**
 * Returns the encoder's name in adapters, and where it is loaded from. The name of a folder is the last part of its
 * path, without its location.
 */
async function nameAndPlace(
  source: string | URL,
): Promise<{ readonly name: string; readonly source: string }> {
  const isFile = typeof source !== 'string' && source.protocol === 'file:';
  const place = isFile ? localPath(source) : String(source);
  const node = nodeModules();
  const onHub = namedHubRepository(place);
  if (onHub !== undefined) return { name: onHub, source: onHub };
  if (!node || !(await isLocalFolder(place))) return { name: place, source: place };
  const path = node.path.resolve(place);
  return { name: node.path.basename(path), source: path };
}
