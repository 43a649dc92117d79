import { describe, expect, test } from 'vitest';
import { SafetensorsError } from '../../src/files/errors.ts';
import { bytesSource } from '../../src/files/random-access.ts';
import { openShardedSafetensors, parseShardIndex } from '../../src/files/safetensors/index-file.ts';
import { openSafetensors } from '../../src/files/safetensors/reader.ts';
import { writeSafetensors } from '../../src/files/safetensors/writer.ts';
import type { TensorReader } from '../../src/files/tensor-reader.ts';

const one = (name: string, value: number) =>
  writeSafetensors([[name, { shape: [1], data: Float32Array.of(value) }]], { format: 'pt' });
const shards: Record<string, Uint8Array> = { 'x.safetensors': one('a', 1), 'y.safetensors': one('b', 2) };
const open = async (shard: string): Promise<TensorReader | undefined> => {
  const bytes = shards[shard];
  return bytes && openSafetensors(bytesSource(bytes), shard);
};
const read = async (weightMap: unknown): Promise<TensorReader> =>
  openShardedSafetensors(parseShardIndex(JSON.stringify({ weight_map: weightMap })), open);

describe('a sharded checkpoint', () => {
  test('reads as one file', async () => {
    const reader = await read({ a: 'x.safetensors', b: 'y.safetensors' });
    expect([...reader.entries.keys()]).toEqual(['a', 'b']);
    expect([...(await reader.readFloat32('a')), ...(await reader.readFloat32('b'))]).toEqual([1, 2]);
    expect(Object.fromEntries(reader.metadata)).toEqual({ format: 'pt' });
    await expect(reader.readFloat32('c')).rejects.toMatchObject({ reason: 'unknown-tensor' });
  });

  test.each<[string, unknown]>([
    ['shard-path', { a: '../x.safetensors' }],
    ['shard-path', { a: '/x.safetensors' }],
    ['shard-path', { a: 'C:x.safetensors' }],
    ['shard-path', { a: '..\\x.safetensors' }],
    ['shard-path', { a: '..' }],
    ['shard-path', { a: '' }],
    ['shard-absent', { a: 'z.safetensors' }],
    ['tensor-not-in-shard', { a: 'y.safetensors' }],
    ['index', { a: 7 }],
    ['index', {}],
    ['index', []],
  ])('is refused: %s %j', async (reason, weightMap) => {
    const error = await read(weightMap).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SafetensorsError);
    expect((error as SafetensorsError).reason).toBe(reason);
  });

  test.each(['{', '[]', 'null', '{"weight_map":{"a":"x","a":"y"}}'])('the index %s is refused', (text) => {
    expect(() => parseShardIndex(text, 'here.json')).toThrow(/^here\.json: /);
  });
});
