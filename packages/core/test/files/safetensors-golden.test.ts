import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  readBytes,
  recordedBytes,
  recordedJson,
  shared,
  skipReason,
} from '../../../../test/golden/recorded.ts';
import { SafetensorsError } from '../../src/files/errors.ts';
import { bytesSource } from '../../src/files/random-access.ts';
import { openSafetensors, parseSafetensors, type Safetensors } from '../../src/files/safetensors/reader.ts';

interface ExpectedTensor {
  dtype: string;
  shape: number[];
  values: (number | string | boolean)[];
}
type Valid = Record<
  string,
  { metadata: Record<string, string> | null; tensors: Record<string, ExpectedTensor> }
>;
type Invalid = Record<string, { classes: string[] }>;

const folder = 'formats/safetensors';

/** Every value of a tensor as it is stored, whatever the dtype. */
function valuesOf(file: Safetensors, name: string, dtype: string): unknown[] {
  const bytes = file.bytes(name).slice().buffer;
  if (dtype === 'F64') return [...new Float64Array(bytes)];
  if (dtype === 'I64') return [...new BigInt64Array(bytes)].map(Number);
  if (dtype === 'BOOL') return [...file.int32(name)].map(Boolean);
  if (['I32', 'U8'].includes(dtype)) return [...file.int32(name)];
  return [...file.float32(name)];
}

/** Numbers that JSON cannot hold are recorded as text. */
const recorded = (value: number | string | boolean): unknown =>
  value === '-0' ? -0 : typeof value === 'string' ? Number(value) : value;

describe('safetensors recorded from the Python library', () => {
  const valid = recordedJson<Valid>(`${folder}/valid.json`);
  const invalid = recordedJson<Invalid>(`${folder}/invalid.json`);

  test.each(Object.keys(valid))('reads %s', async (name) => {
    const bytes = recordedBytes(`${folder}/valid/${name}.safetensors`);
    const file = parseSafetensors(bytes);
    const expected = valid[name]!;
    expect(Object.fromEntries(file.metadata)).toEqual(expected.metadata ?? {});
    expect(new Set(file.entries.keys())).toEqual(new Set(Object.keys(expected.tensors)));
    for (const [tensor, { dtype, shape, values }] of Object.entries(expected.tensors)) {
      expect(file.entries.get(tensor)).toMatchObject({ dtype, shape });
      expect(valuesOf(file, tensor, dtype)).toEqual(values.map(recorded));
    }
    const opened = await openSafetensors(bytesSource(bytes));
    expect(opened.entries).toEqual(file.entries);
    for (const tensor of file.entries.keys())
      expect(await opened.readBytes(tensor)).toEqual(file.bytes(tensor));
  });

  test.each(Object.keys(invalid))('refuses %s', async (name) => {
    const bytes = recordedBytes(`${folder}/invalid/${name}.safetensors`);
    const attempts = [async () => parseSafetensors(bytes), () => openSafetensors(bytesSource(bytes))];
    for (const attempt of attempts) {
      const error = await attempt().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(SafetensorsError);
      expect(invalid[name]!.classes).toContain((error as SafetensorsError).reason);
    }
  });
});

const encoder = join(shared, 'models/minilm-l6/model.safetensors');
const noEncoder = skipReason(encoder);

test.skipIf(noEncoder)(
  `converts an encoder's 22 million f16 values quickly${noEncoder ? `: ${noEncoder}` : ''}`,
  () => {
    const file = parseSafetensors(readBytes(encoder), encoder);
    file.float32('embeddings.LayerNorm.weight'); // builds the table
    let values = 0;
    const start = performance.now();
    for (const name of file.entries.keys()) values += file.float32(name).length;
    const milliseconds = performance.now() - start;
    expect(values).toBe(22_713_216);
    expect(milliseconds).toBeLessThan(1_500); // about 60 where nothing else runs
  },
);
