import { describe, expect, test } from 'vitest';
import { TorchFileError } from '../../src/files/errors.ts';
import { openTensorFile } from '../../src/files/open-tensors.ts';
import { bytesSource } from '../../src/files/random-access.ts';
import { writeSafetensors } from '../../src/files/safetensors/writer.ts';
import type { TensorReader } from '../../src/files/tensor-reader.ts';
import type { TensorToWrite } from '../../src/files/tensor-to-write.ts';
import { openTorchFile } from '../../src/files/torch/reader.ts';
import { writeTorchFile } from '../../src/files/torch/writer.ts';
import { crc32, writeZip } from '../../src/files/torch/zip-writer.ts';
import { RandomStream } from '../../src/random/streams.ts';

const open = (bytes: Uint8Array): Promise<TensorReader> => openTorchFile(bytesSource(bytes), 'model.bin');

/** Reads everything that a file says it has. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const reader = await open(bytes);
  for (const name of reader.entries.keys()) await reader.readBytes(name);
}

async function refusal(attempt: () => unknown): Promise<TorchFileError> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof TorchFileError) return error;
    throw error;
  }
  throw new Error('accepted');
}
const reasonOf = async (attempt: () => unknown): Promise<string> => (await refusal(attempt)).reason;

const tensors: [string, TensorToWrite][] = [
  ['weight', { shape: [2, 3], data: Float32Array.of(1.5, -2, 3, 4, 5, -0) }],
  ['half', { shape: [2], data: Float32Array.of(0.1, 65504), dtype: 'F16' }],
  ['brain', { shape: [1], data: Float32Array.of(1 / 3), dtype: 'BF16' }],
  ['double', { shape: [1], data: Float64Array.of(0.1) }],
  ['ids', { shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1), dtype: 'I64' }],
  ['small', { shape: [1, 1], data: Int32Array.of(-7) }],
  ['bytes', { shape: [2], data: Uint8Array.of(1, 255) }],
  ['scalar', { shape: [], data: Float32Array.of(2.5) }],
  ['empty', { shape: [0, 3], data: new Float32Array(0) }],
  ['', { shape: [1], data: Float32Array.of(1) }],
  ['__proto__', { shape: [1], data: Float32Array.of(2) }],
  ['größe', { shape: [1], data: Float32Array.of(3) }],
];

describe('what is written', () => {
  test('is read as the same file of safetensors would be', async () => {
    const torch = await open(writeTorchFile(tensors));
    const safe = await openTensorFile(bytesSource(writeSafetensors(tensors)), 'model.safetensors');
    expect(torch.entries.size).toBe(tensors.length);
    expect(torch.metadata.size).toBe(0);
    for (const [name, { dtype, shape }] of safe.entries) {
      expect(torch.entries.get(name)).toMatchObject({ name, dtype, shape });
      expect(await torch.readBytes(name)).toEqual(await safe.readBytes(name));
      const read = dtype.startsWith('I') || dtype === 'U8' ? 'readInt32' : 'readFloat32';
      expect(await torch[read](name)).toEqual(await safe[read](name));
    }
  });

  test('has the same bytes whatever the order of the tensors', () => {
    expect(writeTorchFile(tensors.toReversed())).toEqual(writeTorchFile(tensors));
  });

  test('is opened by its name', async () => {
    const source = bytesSource(writeTorchFile(tensors));
    for (const name of ['pytorch_model.bin', 'model.pt', 'model.pth'])
      expect((await openTensorFile(source, name)).entries.size).toBe(tensors.length);
    await expect(openTensorFile(source, 'model.safetensors')).rejects.toThrow('header');
  });

  test('is an archive with the checksums that other readers ask for', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test.each<[string, [string, TensorToWrite][]]>([
    ['duplicate-name', [tensors[0]!, tensors[0]!]],
    ['shape', [['a', { shape: [2], data: Float32Array.of(1) }]]],
    ['shape', [['a', { shape: [-1, -1], data: Float32Array.of(1) }]]],
    ['name', [['\ud800', { shape: [1], data: Float32Array.of(1) }]]],
    ['dtype', [['a', { shape: [1], data: Int32Array.of(1), dtype: 'F16' }]]],
    ['too-large', [['a', { shape: [0, 2 ** 40], data: new Float32Array(0) }]]],
    ['too-large', [['a', { shape: [0, 2 ** 20, 2 ** 20], data: new Float32Array(0) }]]],
  ])('is refused where it cannot be: %s', async (reason, wrong) => {
    expect(await reasonOf(() => writeTorchFile(wrong))).toBe(reason);
  });
});

describe('reading', () => {
  test('opens with the pickle alone; a tensor costs its header and its bytes', async () => {
    const bytes = writeTorchFile([['large', { shape: [100_000], data: new Float32Array(100_000) }]]);
    let most = 0;
    const counted = {
      size: bytes.length,
      read: async (begin: number, end: number) => {
        most += end - begin;
        return bytes.subarray(begin, end);
      },
    };
    const reader = await openTorchFile(counted);
    // The search for the archive's directory looks at the last 64 KiB.
    expect(most).toBeLessThan(67_000);
    await reader.readFloat32('large');
    expect(most).toBeLessThan(467_000);
  });

  test('asks for tensors by their names and kinds', async () => {
    const reader = await open(writeTorchFile(tensors));
    expect(await reasonOf(() => reader.readFloat32('missing'))).toBe('unknown-tensor');
    expect(await reasonOf(() => reader.readBytes('constructor'))).toBe('unknown-tensor');
    expect(await reasonOf(() => reader.readInt32('weight'))).toBe('dtype');
    expect(await reasonOf(() => reader.readFloat32('ids'))).toBe('dtype');
    const wide = await open(writeTorchFile([['a', { shape: [1], data: BigInt64Array.of(2n ** 40n) }]]));
    const error = await refusal(() => wide.readInt32('a'));
    expect(error).toMatchObject({ reason: 'value-range', file: 'model.bin' });
    expect(error.message).toContain('model.bin: tensor "a" holds 1099511627776');
  });

  test('notices a file that shrinks while it is open', async () => {
    const bytes = writeTorchFile(tensors);
    let size = bytes.length;
    const read = async (begin: number, end: number) => bytes.subarray(begin, Math.min(end, size));
    const reader = await openTorchFile({ size, read });
    size = 40;
    expect(await reasonOf(() => reader.readBytes('weight'))).toMatch(/^(malformed|truncated-data)$/);
  });
});

/** Opcodes as text, for pickles that no honest program writes. */
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const archive = (pickle: string, ...more: [string, Uint8Array][]): Uint8Array =>
  writeZip([['a/data.pkl', latin1(`\x80\x02${pickle}`)], ['a/data/0', new Uint8Array(24)], ...more]);
const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const storage = (elements = '\x06', key = '0', more = ''): string =>
  `(${text('storage')}ctorch\nFloatStorage\n${text(key)}${text('cpu')}K${elements}${more}tQ`;
const tensor = (shape: string, strides: string, from = storage()): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${from}K\0(${shape}t(${strides}t\x89}tR`;
const named = (value: string): string => `}${text('w')}${value}s.`;

describe('a pickle', () => {
  test('as the writer makes it is read', async () => {
    const reader = await open(archive(named(tensor('K\x02K\x03', 'K\x03K\x01'))));
    expect(reader.entries.get('w')).toMatchObject({ dtype: 'F32', shape: [2, 3] });
  });

  const many = (count: number, what: string): string => what.repeat(count);
  test.each<[string, string, string]>([
    ['malformed', 'holds no dictionary', 'N.'],
    ['malformed', 'holds a list', '].'],
    ['unsupported', 'holds something else than tensors', named('K\x01')],
    ['unsupported', 'holds a dictionary within the dictionary', named('}')],
    ['unsupported', 'holds itself', `}q\0${text('w')}h\0s.`],
    ['malformed', 'holds a tensor without a name', `}K\x01${tensor('K\x01', 'K\x01')}s.`],
    ['malformed', 'takes from an empty stack', 'R.'],
    ['malformed', 'looks for a mark', 't.'],
    ['malformed', 'sets items of a list', ']K\x01K\x01s.'],
    ['malformed', 'sets an odd number of items', '}(K\x01u.'],
    ['malformed', 'appends to a dictionary', '}K\x01a.'],
    ['malformed', 'calls with a list', 'ccollections\nOrderedDict\n]R.'],
    ['malformed', 'calls a text', `${text('x')})R.`],
    ['malformed', 'calls a storage class', 'ctorch\nFloatStorage\n)R.'],
    ['malformed', 'is cut off', '}('],
    ['malformed', 'is cut off in a text', 'X\xff\0\0\0a'],
    ['malformed', 'is cut off in a name', 'ctorch'],
    ['malformed', 'has a text that is not UTF-8', 'X\x01\0\0\0\xff.'],
    ['malformed', 'makes a tensor of a number', 'ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\0))tR.'],
    ['malformed', 'makes a parameter of nothing', 'ctorch._utils\n_rebuild_parameter\n)R.'],
    ['malformed', 'refers to no storage', `${text('storage')}Q.`],
    ['malformed', 'refers to a module', named(tensor('K\x01', 'K\x01', `(${text('module')}NNNNtQ`))],
    [
      'malformed',
      'refers to a storage that is not there',
      named(tensor('K\x01', 'K\x01', storage('\x06', '1'))),
    ],
    ['malformed', 'has more strides than dimensions', named(tensor('K\x01', 'K\x01K\x01'))],
    ['malformed', 'has a tensor of 65 dimensions', named(tensor(many(65, 'K\x01'), many(65, 'K\x01')))],
    ['out-of-range', 'needs a larger storage', named(tensor('K\x01', 'K\x01', storage('\x07')))],
    ['out-of-range', 'reaches outside by its shape', named(tensor('K\x07', 'K\x01'))],
    ['out-of-range', 'reaches outside by its strides', named(tensor('K\x02', 'K\x06'))],
    ['out-of-range', 'has a shape that is no number', named(tensor('N', 'K\x01'))],
    ['out-of-range', 'has a negative stride', named(tensor('K\x01', 'J\xff\xff\xff\xff'))],
    [
      'out-of-range',
      'has more elements than numbers count',
      named(tensor(many(8, 'M\xff\xff'), many(8, 'K\0'))),
    ],
    ['out-of-range', 'hides that behind a zero', named(tensor(`${many(8, 'M\xff\xff')}K\0`, many(9, 'K\0')))],
    ['too-large', 'unfolds one number to gigabytes', named(tensor('J\xff\xff\xff\x7f', 'K\0'))],
    ['too-large', 'unfolds one number to 64 megabytes', named(tensor('J\0\0\0\x01', 'K\0'))],
    ['too-large', 'has a number of 255 bytes', `\x8a\xff${many(255, '\x01')}.`],
    ['too-large', 'takes too many steps', many(1_000_001, ')')],
    [
      'unsupported',
      'holds a view of a storage',
      named(tensor('K\x01', 'K\x01', storage('\x06', '0', 'K\x01'))),
    ],
    ['unsupported', 'holds a dictionary of Python 2', 'ccollections\nOrderedDict\n(]tR.'],
    ['forbidden-global', 'asks for another name of an allowed module', 'ctorch._utils\n_rebuild_tensor\n.'],
    ['forbidden-global', 'asks for an allowed name of another module', 'cevil\nOrderedDict\n.'],
    ['forbidden-opcode', 'makes an object', 'ccollections\nOrderedDict\n)\x81.'],
    ['forbidden-opcode', 'looks into the registry of extensions', '\x82\x01.'],
    ['forbidden-opcode', 'has the opcodes of protocol 0', 'I01\n.'],
    ['forbidden-build', 'sets attributes', `}}${text('x')}Nsb.`],
    ['forbidden-build', 'sets the state of a list', `]}${text('_metadata')}Nsb.`],
    ['forbidden-build', 'sets a state that is no dictionary', '}Nb.'],
  ])('is refused as %s: it %s', async (reason, _what, pickle) => {
    expect(await reasonOf(() => readAll(archive(pickle)))).toBe(reason);
  });

  test('that says two things about a storage is refused', async () => {
    const both = (second: string): Uint8Array =>
      archive(`}${text('a')}${tensor('K\x01', 'K\x01')}s${text('b')}${tensor('K\x01', 'K\x01', second)}s.`);
    await readAll(both(storage()));
    for (const second of [storage('\x05'), storage().replace('Float', 'Int')])
      expect((await refusal(() => readAll(both(second)))).message).toContain(
        'describes storage 0 in two different ways',
      );
  });

  test.each(['../0', 'x', ''])(
    'that names a storage %j is refused, though the archive has it',
    async (key) => {
      const pickle = named(tensor('K\x01', 'K\x01', storage('\x06', key)));
      const bytes = archive(pickle, [`a/data/${key}`, new Uint8Array(24)]);
      expect(await reasonOf(() => readAll(bytes))).toBe('malformed');
    },
  );

  test('names what was refused', async () => {
    const error = await refusal(() => readAll(archive('cos\nsystem\n.')));
    expect(error.refused).toBe('os.system');
    expect(error.message).toContain('model.bin: its pickle asks for os.system');
    const long = await refusal(() => readAll(archive(`cos\n${'x'.repeat(10_000)}\n.`)));
    expect(long.message.length).toBeLessThan(300);
  });

  test('shares storages and repeats tensors as far as models do', async () => {
    const shared = `q\0${text('w')}${tensor('K\x06', 'K\x01')}q\x01s`;
    const repeated = Array.from({ length: 64 }, (_, i) => `${text(`w${i}`)}h\x01s`).join('');
    const reader = await open(archive(`}${shared}${repeated}.`));
    expect(reader.entries.size).toBe(65);
  });
});

describe('an archive', () => {
  const pickle = named(tensor('K\x02K\x03', 'K\x03K\x01'));
  const good = archive(pickle);
  const at = (bytes: Uint8Array, signature: string): number =>
    Buffer.from(bytes).indexOf(Buffer.from(signature, 'latin1'));
  /** The good archive with some bytes replaced, counted from the first place of a signature. */
  const edited = (signature: string, offset: number, ...values: number[]): Uint8Array => {
    const bytes = good.slice();
    bytes.set(values, at(bytes, signature) + offset);
    return bytes;
  };

  test('is read with a comment at its end', async () => {
    const bytes = new Uint8Array(good.length + 3).fill(0x20);
    bytes.set(good);
    bytes[good.length - 2] = 3;
    await readAll(bytes);
  });

  test('is read with 64-bit fields, as large ones have them', async () => {
    const [directory, end] = [at(good, 'PK\x01\x02'), at(good, 'PK\x05\x06')];
    const name = 'a/data.pkl';
    const entry = good.slice(directory, directory + 46 + name.length);
    const [size, position] = [entry.slice(24, 28), entry.slice(42, 46)];
    entry.fill(0xff, 20, 28).fill(0xff, 42, 46);
    entry[30] = 4 + 2 + 28; // an extra field that is not ours, then ours
    const wide = (bytes: Uint8Array): number[] => [...bytes, 0, 0, 0, 0];
    const extra = [7, 0, 2, 0, 1, 2, 1, 0, 24, 0, ...wide(size), ...wide(size), ...wide(position)];
    const rest = good.slice(directory + entry.length, end);
    const u32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
    const length = u32(entry.length + extra.length + rest.length);
    const at64 = end + extra.length;
    const counts = [...good.slice(end + 8, end + 10), 0, 0, 0, 0, 0, 0];
    const end64 = [...latin1('PK\x06\x06'), ...new Uint8Array(20), ...counts, ...counts];
    const where = [...length, 0, 0, 0, 0, ...u32(directory), 0, 0, 0, 0];
    const locator = [...latin1('PK\x06\x07'), 0, 0, 0, 0, ...u32(at64), 0, 0, 0, 0, 1, 0, 0, 0];
    const narrow = good.slice(end).fill(0xff, 8, 20);
    const parts = [good.slice(0, directory), entry, extra, rest, end64, where, locator, narrow];
    const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
    await readAll(bytes);
    bytes[at64 + 4 + 20] = 9; // another count
    expect(await reasonOf(() => readAll(bytes))).toBe('unsupported');
  });

  test.each<[string, string, Uint8Array]>([
    ['malformed', 'has two pickles', archive(pickle, ['b/data.pkl', latin1(pickle)])],
    ['malformed', 'lists a name twice', archive(pickle, ['a/data/0', new Uint8Array(24)])],
    ['unsupported', 'is of a big-endian machine', archive(pickle, ['a/byteorder', latin1('big')])],
    ['too-large', 'has a long byte order', archive(pickle, ['a/byteorder', new Uint8Array(1000)])],
    ['unsupported', 'is compressed', edited('PK\x01\x02', 10, 8)],
    ['unsupported', 'is encrypted', edited('PK\x01\x02', 8, 1)],
    ['unsupported', 'is a part of several', edited('PK\x05\x06', 4, 1)],
    ['malformed', 'counts its files wrongly', edited('PK\x05\x06', 8, 7, 0, 7, 0)],
    ['malformed', 'has a directory beyond its end', edited('PK\x05\x06', 15, 1)],
    ['malformed', 'lacks its 64-bit directory', edited('PK\x05\x06', 8, 0xff, 0xff, 0xff, 0xff)],
    ['malformed', 'has an entry beyond its end', edited('PK\x01\x02', 45, 1)],
    ['malformed', 'has an entry of two sizes', edited('PK\x01\x02', 20, 1)],
    ['malformed', 'has an entry that lies elsewhere', edited('PK\x01\x02', 42, 1)],
    ['malformed', 'has an entry of another name', edited('PK\x03\x04', 30, 0x62)],
  ])('is refused as %s: it %s', async (reason, _what, bytes) => {
    expect(await reasonOf(() => readAll(bytes))).toBe(reason);
  });
});

describe('a damaged file', () => {
  const whole = writeTorchFile(tensors);

  test('is refused wherever it was cut off', async () => {
    for (let length = 0; length < whole.length; length++)
      expect(await reasonOf(() => readAll(whole.slice(0, length)))).toBe('malformed');
  });

  test('never fails in another way than it should', async () => {
    const random = new RandomStream(0, 'damage');
    for (let i = 0; i < 3000; i++) {
      const bytes = whole.slice();
      for (let k = 0; k < 3; k++)
        bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      // Flipped bits of numbers are as good as others: only errors of another kind are wrong.
      await readAll(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(TorchFileError));
    }
  });

  test('says what a pointer of Git LFS is', async () => {
    const pointer = latin1('version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
    expect((await refusal(() => readAll(pointer))).message).toContain('git lfs pull');
  });
});
