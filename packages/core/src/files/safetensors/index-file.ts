import { known } from '../../elements.ts';
import type { TensorInfo } from '../dtype.ts';
import { SafetensorsError, type SafetensorsReason } from '../errors.ts';
import { isObject, parseStrictJson } from '../json.ts';
import type { TensorReader } from '../tensor-reader.ts';

/** The content of `model.safetensors.index.json`: maps each tensor of a sharded checkpoint to its file. */
export interface ShardIndex {
  /** The name of the index in errors. */
  readonly file: string;
  /** Tensor name to file name. */
  readonly weightMap: ReadonlyMap<string, string>;
  /** The file names, each once, in order of first use. */
  readonly shards: readonly string[];
}

/**
 * Reads the index of a sharded checkpoint. Shards must be in the same folder as the index. A name that contains a path
 * is refused, so that an index cannot refer to other files of the machine.
 *
 * @throws SafetensorsError `index` (malformed) or `shard-path`
 */
export function parseShardIndex(text: string, file = 'model.safetensors.index.json'): ShardIndex {
  const fail = failToOpen(file);
  let root: unknown;
  try {
    root = parseStrictJson(text);
  } catch (cause) {
    fail('index', `the index is not valid JSON: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  if (!isObject(root) || !isObject(root.weight_map) || Object.keys(root.weight_map).length === 0)
    return fail('index', 'the index has no weight_map from tensor names to files');
  const weightMap = new Map<string, string>();
  for (const [name, shard] of Object.entries(root.weight_map)) {
    if (typeof shard !== 'string')
      return fail('index', `the file of tensor ${JSON.stringify(name)} is not a string`);
    if (!/^[^/\\:\0]+$/.test(shard) || shard === '..' || shard === '.')
      fail(
        'shard-path',
        `${JSON.stringify(shard)} is not the name of a file beside the index; do not trust this checkpoint`,
      );
    weightMap.set(name, shard);
  }
  return { file, weightMap, shards: [...new Set(weightMap.values())] };
}

/**
 * Opens the shards of a checkpoint as one reader of the tensors in the index.
 *
 * @param open opens one shard by file name; `undefined` if there is no such file
 * @throws SafetensorsError `shard-absent` or `tensor-not-in-shard`, and any error of `open`
 */
export async function openShardedSafetensors(
  index: ShardIndex,
  open: (shard: string) => Promise<TensorReader | undefined>,
): Promise<TensorReader> {
  const fail = failToOpen(index.file);
  const readers = new Map<string, TensorReader>();
  for (const shard of index.shards) {
    const reader = await open(shard);
    if (!reader)
      return fail('shard-absent', `the checkpoint's file ${shard} is missing; download the checkpoint again`);
    readers.set(shard, reader);
  }
  const entries = new Map<string, TensorInfo>();
  for (const [name, shard] of index.weightMap) {
    const entry = known(readers, shard).entries.get(name);
    if (!entry)
      return fail(
        'tensor-not-in-shard',
        `${shard} does not hold the tensor ${JSON.stringify(name)}; the index belongs to other files`,
      );
    entries.set(name, entry);
  }
  const holder = (name: string): TensorReader =>
    readers.get(index.weightMap.get(name) ?? '') ??
    fail(
      'unknown-tensor',
      `there is no tensor ${JSON.stringify(name)} among the ${entries.size} of this checkpoint`,
    );
  return {
    metadata: new Map([...readers.values()].flatMap((reader) => [...reader.metadata])),
    entries,
    readBytes: async (name) => holder(name).readBytes(name),
    readFloat32: async (name) => holder(name).readFloat32(name),
    readInt32: async (name) => holder(name).readInt32(name),
  };
}

const failToOpen =
  (file: string) =>
  (reason: SafetensorsReason, message: string, cause?: unknown): never => {
    throw new SafetensorsError(reason, file, message, { cause });
  };
