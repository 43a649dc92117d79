import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseSafetensors } from '@scalearn/core/files';
import { describe, expect, test } from 'vitest';
import { readBytes, recordedFolders, recordedJson } from '../../../../test/golden/recorded.ts';
import { logBucket, t5Bucket } from '../../src/families/relative-buckets.ts';

interface Form {
  readonly offset: number;
  readonly num_buckets?: number;
  readonly max_distance?: number;
  readonly position_buckets?: number;
  readonly max_position?: number;
}
interface Recorded {
  readonly relative_position_buckets: Form;
}

/** The buckets that transformers computes, from the recorded cases that have them. */
function tableOf(name: string): { readonly about: Recorded; readonly table: Int32Array } | undefined {
  const folder = recordedFolders.find((each) => existsSync(join(each, name, 'case.json')));
  if (folder === undefined) return undefined;
  const file = parseSafetensors(readBytes(join(folder, name, 'tensors.safetensors')), name);
  const key = 'buckets/relative_position';
  return file.entries.has(key)
    ? { about: recordedJson<Recorded>(`${name}/case.json`), table: file.int32(key) }
    : undefined;
}

describe('buckets of relative positions are those of transformers', () => {
  for (const name of ['forward-mpnet', 'edge-mpnet', 'forward-deberta-v2', 'edge-deberta-v2'])
    test(name, (context) => {
      const recorded = tableOf(name);
      if (!recorded) return context.skip('not recorded here; SCALEARN_GOLDEN names folders that have it');
      const { offset, ...form } = recorded.about.relative_position_buckets;
      const bucket = (i: number): number =>
        form.position_buckets === undefined
          ? t5Bucket(offset - i, form.num_buckets ?? 0, form.max_distance ?? 0)
          : logBucket(i - offset, form.position_buckets, form.max_position ?? 0);
      expect(Array.from(recorded.table, (_, i) => bucket(i))).toEqual([...recorded.table]);
    });

  test('of the sizes of published encoders', () => {
    // MPNet: 8 near distances to each side, then 8 buckets up to 128.
    const mpnet = [-200, -128, -16, -8, -1, 0, 7, 8, 11, 12, 16, 64, 127, 128, 500];
    expect(mpnet.map((d) => t5Bucket(d, 32, 128))).toEqual([
      ...[31, 31, 26, 24, 17, 0, 7, 8, 8, 9, 10, 14, 15, 15, 15],
    ]);
    // DeBERTa-v3: 256 buckets, of distances up to 512.
    expect([-511, -130, -128, 0, 128, 129, 511].map((d) => logBucket(d, 256, 512))).toEqual([
      ...[-255, -130, -128, 0, 128, 129, 255],
    ]);
  });
});
