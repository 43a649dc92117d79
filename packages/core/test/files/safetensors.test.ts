import { describe, expect, test } from 'vitest';
import { SafetensorsError } from '../../src/files/errors.ts';
import { bytesSource } from '../../src/files/random-access.ts';
import { openSafetensors, parseSafetensors } from '../../src/files/safetensors/reader.ts';
import { writeSafetensors } from '../../src/files/safetensors/writer.ts';
import type { TensorToWrite } from '../../src/files/tensor-to-write.ts';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../../src/half.ts';

const reasonOf = async (attempt: () => unknown): Promise<string> => {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof SafetensorsError) return error.reason;
    throw error;
  }
  return 'accepted';
};

/** A file with this header text and so many bytes of data. */
function file(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensors: [string, TensorToWrite][] = [
  ['weight', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, Number.NaN, Number.POSITIVE_INFINITY) }],
  ['half', { shape: [3], data: Float32Array.of(0.5, -0, 1e-7), dtype: 'F16' }],
  ['brain', { shape: [1], data: Float32Array.of(1.5), dtype: 'BF16' }],
  ['__proto__', { shape: [], data: Int32Array.of(-7) }],
  ['10', { shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1), dtype: 'I64' }],
  ['double', { shape: [1], data: Float64Array.of(0.1) }],
  ['empty', { shape: [3, 0], data: new Float32Array(0) }],
  ['flags', { shape: [3], data: Uint8Array.of(1, 0, 255) }],
];

describe('writing', () => {
  test('what was written is read back', () => {
    const read = parseSafetensors(writeSafetensors(tensors, { format: 'pt', 'é"': '中' }));
    expect(Object.fromEntries(read.metadata)).toEqual({ format: 'pt', 'é"': '中' });
    expect(read.entries.size).toBe(tensors.length);
    expect([...read.float32('weight')]).toEqual([1, -2, 3.5, 0, Number.NaN, Number.POSITIVE_INFINITY]);
    expect([...read.float32('half')]).toEqual([0.5, -0, 2 ** -23]);
    expect([...read.float32('brain')]).toEqual([1.5]);
    expect([...read.int32('__proto__')]).toEqual([-7]);
    expect([...read.int32('10')]).toEqual([-1, 2 ** 31 - 1]);
    expect([...new Float64Array(read.bytes('double').slice().buffer)]).toEqual([0.1]);
    expect([...read.int32('flags')]).toEqual([1, 0, 255]);
    expect(read.entries.get('empty')).toMatchObject({ dtype: 'F32', shape: [3, 0] });
  });

  test('the order of the tensors changes no byte', () => {
    expect(writeSafetensors([...tensors].reverse())).toEqual(writeSafetensors(tensors));
  });

  test('every tensor is aligned to its element, the data to 8 bytes', () => {
    const { entries } = parseSafetensors(writeSafetensors(tensors));
    const begin = (name: string) => entries.get(name)!.begin;
    expect(Math.min(...[...entries.values()].map((entry) => entry.begin)) % 8).toBe(0);
    expect([begin('10') % 8, begin('weight') % 4, begin('half') % 2]).toEqual([0, 0, 0]);
  });

  test.each<[string, () => unknown]>([
    ['shape', () => writeSafetensors([['a', { shape: [3], data: new Float32Array(2) }]])],
    ['shape', () => writeSafetensors([['a', { shape: [-1, -2], data: new Float32Array(2) }]])],
    ['dtype', () => writeSafetensors([['a', { shape: [2], data: new Int32Array(2), dtype: 'F16' }]])],
    ['name', () => writeSafetensors([['__metadata__', { shape: [1], data: new Int32Array(1) }]])],
    ['name', () => writeSafetensors([['\ud800', { shape: [1], data: new Int32Array(1) }]])],
    ['duplicate-name', () => writeSafetensors([tensors[0]!, tensors[0]!])],
    ['metadata', () => writeSafetensors([], { a: 1 as unknown as string })],
  ])('refuses a wrong %s', async (reason, attempt) => {
    expect(await reasonOf(attempt)).toBe(reason);
  });
});

describe('reading', () => {
  const f32 = (name: string, begin: number) =>
    `"${name}":{"dtype":"F32","shape":[1],"data_offsets":[${begin},${begin + 4}]}`;

  test('an aligned f32 tensor is a view, an odd one a copy', () => {
    const aligned = writeSafetensors([['a', { shape: [1], data: Float32Array.of(2) }]]);
    expect(parseSafetensors(aligned).float32('a').buffer).toBe(aligned.buffer);
    const odd = new Uint8Array(aligned.length + 1);
    odd.set(aligned, 1);
    expect([...parseSafetensors(odd.subarray(1)).float32('a')]).toEqual([2]);
  });

  test("Node's Buffer, whose slice() copies nothing, is read like any other bytes", () => {
    const header =
      '{"odd":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    const bytes = Buffer.from(file(header, 5));
    bytes.writeFloatLE(2.5, bytes.length - 4);
    expect(parseSafetensors(bytes).float32('odd')).toEqual(Float32Array.of(2.5));
  });

  test('opening reads the header only, reading a tensor only its bytes', async () => {
    const bytes = writeSafetensors(tensors);
    const inMemory = bytesSource(bytes);
    const ranges: [number, number][] = [];
    const reader = await openSafetensors({
      size: bytes.length,
      read: (begin, end) => {
        ranges.push([begin, end]);
        return inMemory.read(begin, end);
      },
    });
    const { entries } = parseSafetensors(bytes);
    const { begin, end } = entries.get('weight')!;
    await reader.readFloat32('weight');
    expect(ranges).toEqual([
      [0, 8],
      [8, entries.get('double')!.begin],
      [begin, end],
    ]);
    expect([...(await reader.readInt32('10'))]).toEqual([-1, 2 ** 31 - 1]);
  });

  test('a file that shrinks while it is open is noticed', async () => {
    const bytes = writeSafetensors(tensors);
    let size = bytes.length;
    const read = async (begin: number, end: number) => bytes.subarray(begin, Math.min(end, size));
    const reader = await openSafetensors({ size, read });
    size = parseSafetensors(bytes).entries.get('weight')!.begin + 5;
    expect(await reasonOf(() => reader.readBytes('weight'))).toBe('truncated-data');
  });

  test.each<[string, (bytes: ReturnType<typeof parseSafetensors>) => unknown]>([
    ['unknown-tensor', (read) => read.float32('missing')],
    ['unknown-tensor', (read) => read.bytes('constructor')],
    ['dtype', (read) => read.float32('flags')],
    ['dtype', (read) => read.int32('weight')],
  ])('asking for the wrong thing: %s', async (reason, ask) => {
    const read = parseSafetensors(writeSafetensors(tensors));
    expect(await reasonOf(() => ask(read))).toBe(reason);
  });

  test('an int64 beyond 32 bits is refused, not wrapped', async () => {
    for (const value of [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 40n]) {
      const bytes = writeSafetensors([['a', { shape: [1], data: BigInt64Array.of(value) }]]);
      expect(await reasonOf(() => parseSafetensors(bytes).int32('a'))).toBe('value-range');
    }
  });

  test('errors name the file and the tensor', () => {
    expect(() => parseSafetensors(file(`{${f32('up', 4)}}`, 8), 'adapter.safetensors')).toThrow(
      /^adapter\.safetensors: .*"up".*hole/,
    );
  });

  test.each<[string, string, number]>([
    ['duplicate-name', `{${f32('a', 0)},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8],
    ['entry', '{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}', 4],
    ['metadata', '{"__metadata__":{"a":null}}', 0],
    ['shape', '{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}', 2],
    ['accepted', '{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}', 2],
    [
      'accepted',
      `{"a\\"}{[]:":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"extra":["a","a"],"dtype":"U8","shape":[0],"data_offsets":[4,4]}}  `,
      4,
    ],
  ])('%s: %s', async (reason, header, dataBytes) => {
    expect(await reasonOf(() => parseSafetensors(file(header, dataBytes)))).toBe(reason);
  });
});

describe('16-bit numbers', () => {
  const every = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
  const isNaN16 = (bits: number, infinity: number) => (bits & 0x7fff) > infinity;

  test('every f16 survives the way to float32 and back', () => {
    const back = f32ToF16(f16ToF32(every));
    for (const bits of every) if (!isNaN16(bits, 0x7c00)) expect(back[bits]).toBe(bits);
    expect(f16ToF32(Uint16Array.of(0x3c00, 0x0001, 0x7bff, 0xfc00, 0x8000))).toEqual(
      Float32Array.of(1, 2 ** -24, 65504, Number.NEGATIVE_INFINITY, -0),
    );
  });

  test('every bf16 survives the way to float32 and back', () => {
    const back = f32ToBf16(bf16ToF32(every));
    for (const bits of every) if (!isNaN16(bits, 0x7f80)) expect(back[bits]).toBe(bits);
  });

  test('rounding is to nearest, ties to even', () => {
    // Half-way between neighbors a and b (both exact), and a little to either side.
    for (let a = 0; a < 0x7bff; a += 7) {
      const [low, high] = f16ToF32(Uint16Array.of(a, a + 1)) as unknown as [number, number];
      const middle = (low + high) / 2;
      const nudge = (high - low) / 64;
      const rounded = f32ToF16(Float32Array.of(middle - nudge, middle, middle + nudge, -middle));
      const even = a % 2 === 0 ? a : a + 1;
      expect([...rounded]).toEqual([a, even, a + 1, even | 0x8000]);
    }
    expect([...f32ToF16(Float32Array.of(65519.99, 65520, 1e30, 2 ** -25, 2 ** -26, Number.NaN))]).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0, 0, 0x7e00,
    ]);
    expect([...f32ToBf16(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38))]).toEqual([
      0x3f80, 0x3f82, 0x7f80,
    ]);
    expect(f32ToBf16(Float32Array.of(Number.NaN))[0]! & 0x7fff).toBeGreaterThan(0x7f80);
  });
});

test('a dtype that is nested deeply is named shortly', () => {
  const text = `{"a":{"dtype":${'['.repeat(20_000)}${']'.repeat(20_000)},"shape":[],"data_offsets":[0,0]}}`;
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(new TextEncoder().encode(text), 8);
  expect(() => parseSafetensors(bytes)).toThrow('tensor "a" has the unknown dtype [[[…]]]');
});
