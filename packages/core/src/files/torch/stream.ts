import type { TorchFail } from '../errors.ts';
import type { RandomAccess } from '../random-access.ts';
import { MAX_PICKLE_BYTES, type TorchContent } from './archive.ts';
import { ByteCursor } from './cursor.ts';
import { TorchHost } from './globals.ts';
import { unpickle } from './pickle.ts';

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;
/** Bytes of the field before each storage, which holds its number of elements. */
const COUNT_BYTES = 8;

/**
 * Opens the format before PyTorch 1.6: five consecutive pickles (magic number, version, system, object, keys of the
 * storages), then the storages in the order of the keys.
 */
export async function openTorchStream(source: RandomAccess, fail: TorchFail): Promise<TorchContent> {
  const prefix = await source.read(0, Math.min(source.size, MAX_PICKLE_BYTES));
  const cursor = new ByteCursor(prefix, fail);
  const host = new TorchHost(fail);
  const next = (): unknown => unpickle(cursor, host, fail);

  if (next() !== MAGIC_NUMBER) return fail('malformed', 'it is a pickle, but not one that torch wrote');
  if (next() !== PROTOCOL_VERSION)
    return fail('unsupported', 'its format version is unknown; save it again with a current torch');
  const system = next();
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    return fail('unsupported', 'it was written on a big-endian machine; save it on another one');
  const state = next();
  const keys = next();
  if (!Array.isArray(keys)) return fail('malformed', 'it does not list its storages');

  const positions = new Map<string, number>();
  let position = cursor.position;
  for (const key of keys) {
    const storage = host.storages.get(key);
    if (!storage || positions.has(key))
      return fail('malformed', 'it lists a storage that no tensor refers to');
    positions.set(key, position + COUNT_BYTES);
    position += COUNT_BYTES + storage.bytes;
    if (position > source.size)
      return fail(
        'malformed',
        `storage ${key} reaches beyond its end; it was cut off, download or save it again`,
      );
  }
  for (const key of host.storages.keys())
    if (!positions.has(key))
      return fail('malformed', `it does not contain storage ${key}, which its pickle refers to`);
  return {
    state,
    locate: async ({ key, elements }) => {
      const begin = positions.get(key);
      if (begin === undefined) return fail('malformed', `there is no storage ${key}`);
      const counted = new ByteCursor(await source.read(begin - COUNT_BYTES, begin), fail).u64();
      return counted === elements
        ? begin
        : fail('malformed', `storage ${key} has ${counted} elements, not ${elements}`);
    },
  };
}
