import type { TorchFail } from '../errors.ts';
import type { RandomAccess } from '../random-access.ts';
import { ByteCursor } from './cursor.ts';
import { TorchHost } from './globals.ts';
import { unpickle } from './pickle.ts';
import type { TorchStorage } from './tensor.ts';
import { dataPosition, readZipDirectory, type ZipEntry } from './zip.ts';

/** A torch file in either form: the object that was saved, and where its storages lie. */
export interface TorchContent {
  readonly state: unknown;
  /** First byte of a storage in the file. */
  locate(storage: TorchStorage): Promise<number>;
}

/** Pickles of models have kilobytes: their numbers lie outside them. */
export const MAX_PICKLE_BYTES: number = 2 ** 24;

/** Opens the form of PyTorch 1.6 and later: a zip archive with `TOP/data.pkl` and `TOP/data/KEY` for each storage. */
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
    if (!entry) return fail('malformed', `the archive has no storage ${key}, of which its pickle speaks`);
    if (entry.size < bytes)
      return fail('out-of-range', `storage ${key} has ${entry.size} bytes, not the ${bytes} it must have`);
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
