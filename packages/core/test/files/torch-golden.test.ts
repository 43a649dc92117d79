import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordedBytes, recordedJson, recordedNames } from '../../../../test/golden/recorded.ts';
import { TorchFileError } from '../../src/files/errors.ts';
import { bytesSource } from '../../src/files/random-access.ts';
import type { TensorReader } from '../../src/files/tensor-reader.ts';
import { openTorchFile } from '../../src/files/torch/reader.ts';

interface Recorded {
  readonly accept: boolean | null;
  readonly classes?: readonly string[];
  readonly tensors?: Readonly<Record<string, RecordedTensor>>;
}
interface RecordedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | boolean)[];
}

const folder = 'formats/pickle';
/** Would exist if a file had executed its payload. */
const marker = '/tmp/pwned-marker';

const open = (file: string): Promise<TensorReader> =>
  openTorchFile(bytesSource(recordedBytes(`${folder}/${file}`)), file);

async function valuesOf(reader: TensorReader, name: string, dtype: string): Promise<unknown[]> {
  const bytes = async (): Promise<ArrayBuffer> => new Uint8Array(await reader.readBytes(name)).buffer;
  if (dtype === 'F64') return [...new Float64Array(await bytes())];
  if (dtype === 'I64') return [...new BigInt64Array(await bytes())].map(Number);
  if (dtype === 'BOOL') return [...(await reader.readInt32(name))].map(Boolean);
  if (['I32', 'U8'].includes(dtype)) return [...(await reader.readInt32(name))];
  return [...(await reader.readFloat32(name))];
}

describe('torch files recorded from PyTorch', () => {
  const expected = recordedJson<Record<string, Recorded>>(`${folder}/expected.json`);
  const named = (accept: boolean | null): string[] =>
    Object.keys(expected).filter((file) => expected[file]?.accept === accept);

  test('every file has its record', () => {
    const files = recordedNames(folder).filter((file) => file.endsWith('.bin'));
    expect(files.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(named(true))('reads %s', async (file) => {
    const tensors = expected[file]?.tensors ?? {};
    const reader = await open(file);
    expect([...reader.entries.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
      expect(reader.entries.get(name)).toMatchObject({ name, dtype, shape });
      expect(await valuesOf(reader, name, dtype)).toEqual(values);
    }
  });

  // What may be refused or read another way is refused: nothing is gained by guessing.
  test.each([...named(false), ...named(null)])('refuses %s', async (file) => {
    const error = await open(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TorchFileError);
    if (!(error instanceof TorchFileError)) return;
    expect(expected[file]?.classes).toContain(error.reason);
    expect(error.file).toBe(file);
    expect(error.message).toContain(`${file}: `);
    if (error.reason.startsWith('forbidden')) expect(error.message).toContain(error.refused);
    expect(existsSync(marker)).toBe(false);
  });

  test('the old stream is refused wherever it was cut off', async () => {
    const whole = recordedBytes(`${folder}/adapter-legacy.bin`);
    for (let length = 0; length < whole.length; length++) {
      const opened = openTorchFile(bytesSource(whole.slice(0, length)));
      await expect(opened).rejects.toMatchObject({ name: 'TorchFileError', reason: 'malformed' });
    }
  });
});
