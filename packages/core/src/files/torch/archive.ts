import type { TorchFail } from '../errors.ts';
import type { RandomAccess } from '../random-access.ts';
import { ByteCursor } from './cursor.ts';
import { TorchHost } from './globals.ts';
import { unpickle } from './pickle.ts';
import type { TorchStorage } from './tensor.ts';
import { dataPosition, readZipDirectory, type ZipEntry } from './zip.ts';

/** The content of a torch file of either form: the saved object, and the positions of its storages. */
export interface TorchContent {
  readonly state: unknown;
  /** Returns the position of a storage's first byte in the file. */
  locate(storage: TorchStorage): Promise<number>;
}

/** Largest pickle accepted. Pickles of models have kilobytes, because the numbers are stored outside them. */
export const MAX_PICKLE_BYTES: number = 2 ** 24;

/** Opens the format of PyTorch 1.6 and later: a zip archive of `TOP/data.pkl` and a file `TOP/data/KEY` per storage. */
export async function openTorchArchive(source: RandomAccess, fail: TorchFail): Promise<TorchContent> {
  const entries = await readZipDirectory(source, fail);
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [name = ''] = pickles;
  const pickle = entries.get(name);
  if (!pickle || pickles.length > 1)
    return fail('malformed', `the archive holds ${pickles.length} files data.pkl; a torch file has one`);
  const top = name.slice(0, name.indexOf('/'));

  const byteOrder = entries.get(`${top}/byteorder`);
  if (byteOrder && (await readText(source, byteOrder, fail)) !== 'little')
    return fail('unsupported', 'it was written on a big-endian machine; save it on another one');
  const host = new TorchHost(fail);
  const bytes = await readWhole(source, pickle, MAX_PICKLE_BYTES, fail);
  const state = unpickle(new ByteCursor(bytes, fail), host, fail);

  const places = new Map<string, ZipEntry>();
  for (const { key, bytes } of host.storages.values()) {
    const entry = entries.get(`${top}/data/${key}`);
    if (!entry) return fail('malformed', `the archive has no storage ${key}, which its pickle refers to`);
    if (entry.size < bytes)
      return fail('out-of-range', `storage ${key} has ${entry.size} bytes; it must have ${bytes}`);
    places.set(key, entry);
  }
  return {
    state,
    locate: async ({ key }) => {
      const entry = places.get(key);
      return entry ? dataPosition(source, entry, fail) : fail('malformed', `there is no storage ${key}`);
    },
  };
}

async function readWhole(
  source: RandomAccess,
  entry: ZipEntry,
  limit: number,
  fail: TorchFail,
): Promise<Uint8Array> {
  const { name, size } = entry;
  if (size > limit) return fail('too-large', `${JSON.stringify(name)} has ${size} bytes, more than ${limit}`);
  const begin = await dataPosition(source, entry, fail);
  return source.read(begin, begin + size);
}

async function readText(source: RandomAccess, entry: ZipEntry, fail: TorchFail): Promise<string> {
  const bytes = await readWhole(source, entry, 16, fail);
  return new ByteCursor(bytes, fail).text(bytes.length);
}
