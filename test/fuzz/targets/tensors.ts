import {
  bytesSource,
  openSafetensors,
  openTorchFile,
  parseSafetensors,
  writeSafetensors,
  writeTorchFile,
} from '@scalearn/core/files';
import { memoryFolder, openCheckpoint } from '@scalearn/encoders';
import * as fc from 'fast-check';
import { writeZip } from '../../../packages/core/src/files/torch/zip-writer.ts';
import { mutatedBytes } from '../harness/mutate-bytes.ts';
import { mutatedFiles, mutatedSafetensors } from '../harness/mutate-files.ts';
import { readTensors } from '../harness/read-tensors.ts';
import { type Files, type FuzzTarget, fileOf, utf8 } from '../harness/target.ts';

const one = (file: Uint8Array): Files => ({ file });

const mixed = writeSafetensors(
  [
    ['a.weight', { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) }],
    ['half', { shape: [4], data: Float32Array.from([0, -1, 0.5, 65504]), dtype: 'F16' }],
    ['short', { shape: [2, 1], data: Float32Array.from([1, 2]), dtype: 'BF16' }],
    ['empty', { shape: [0, 5], data: new Float32Array(0) }],
    ['scalar', { shape: [], data: Float32Array.of(7) }],
  ],
  { format: 'pt', key: 'value' },
);

export const safetensors = (): FuzzTarget => ({
  valid: [one(mixed)],
  generate: mutatedSafetensors(mixed).map(one),
  async parse(files) {
    const bytes = fileOf(files, 'file');
    await readTensors(await openSafetensors(bytesSource(bytes), 'file'));
    const file = parseSafetensors(bytes, 'file');
    for (const name of file.entries.keys()) file.bytes(name);
  },
});

/** A sharded checkpoint: its index, and two files. */
export const shards = (): FuzzTarget => {
  const tensor = { shape: [2], data: Float32Array.of(1, 2) };
  const index = { metadata: { total_size: 16 }, weight_map: { a: 'one.safetensors', b: 'two.safetensors' } };
  const files = {
    'model.safetensors.index.json': utf8(JSON.stringify(index)),
    'one.safetensors': writeSafetensors([['a', tensor]]),
    'two.safetensors': writeSafetensors([['b', tensor]]),
  };
  return {
    valid: [files],
    generate: mutatedFiles(files),
    parse: async (input) => readTensors(await openCheckpoint(memoryFolder(input))),
  };
};

const readTorch = async (bytes: Uint8Array): Promise<void> =>
  readTensors(await openTorchFile(bytesSource(bytes), 'file.bin'));

export const torchZip = (): FuzzTarget => {
  const file = writeTorchFile([
    ['a.weight', { shape: [2, 3], data: Float32Array.from([1, 2, 3, 4, 5, 6]) }],
    ['b', { shape: [4], data: Float32Array.from([0, -1, 0.5, 9]) }],
  ]);
  return {
    valid: [one(file)],
    generate: mutatedBytes(fc.constant(file)).map(one),
    parse: (files) => readTorch(fileOf(files, 'file')),
  };
};

/** Opcodes of a pickle as bytes. Texts are latin-1. */
const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 255);
const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const int = (value: number): string =>
  `J${String.fromCharCode(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255)}`;
const storage = (kind: string, key: string, size: number): string =>
  `(${text('storage')}ctorch\n${kind}\n${text(key)}${text('cpu')}${int(size)}tQ`;
const tensorOf = (of: string, offset: number, shape: readonly number[], strides: readonly number[]): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${of}${int(offset)}(${shape.map(int).join('')}t(${strides.map(int).join('')}t\x89ccollections\nOrderedDict\n)RtR`;

/** A well-formed tensor with wrong numbers. */
const lyingTensor = fc
  .record({
    kind: fc.constantFrom('FloatStorage', 'ByteStorage', 'LongStorage', 'BoolStorage', 'HalfStorage'),
    key: fc.constantFrom('0', '0', '0', '1', '../0', '00', 'x'),
    size: fc.constantFrom(4, 4, 4, 16, 0, 2 ** 31 - 1),
    offset: fc.constantFrom(0, 0, 0, 1, 3, 2 ** 30),
    axes: fc.array(
      fc.tuple(
        fc.constantFrom(0, 1, 1, 1, 2, 4, 1000, 2 ** 20, 2 ** 24, 2 ** 26),
        fc.constantFrom(0, 0, 1, 1, 4, 2 ** 30),
      ),
      { maxLength: 64 },
    ),
  })
  .map(({ kind, key, size, offset, axes }) =>
    tensorOf(
      storage(kind, key, size),
      offset,
      axes.map(([n]) => n),
      axes.map(([, stride]) => stride),
    ),
  );

const names = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'encoder.layer.0.x');
const dictionary = fc
  .array(fc.tuple(names, lyingTensor), { minLength: 1, maxLength: 4 })
  .map((items) => `\x80\x02}(${items.map(([name, tensor]) => text(name) + tensor).join('')}u.`);

/** Random opcodes. */
const program = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          '(',
          'N',
          ')',
          '\x85',
          '\x86',
          '\x87',
          't',
          ']',
          'a',
          'e',
          '}',
          's',
          'u',
          'Q',
          'R',
          'b',
          '\x93',
          '\x94',
        ],
        ...[
          'q\0',
          'h\0',
          'q\x01',
          'h\x01',
          '\x88',
          '\x89',
          'K\x07',
          `G${'\x40'.repeat(8)}`,
          '\x8a\x08abcdefgh',
        ],
        ...['cos\nsystem\n', 'cbuiltins\neval\n', 'ccollections\nOrderedDict\n', 'ctorch\nFloatStorage\n'],
        ...['ctorch._utils\n_rebuild_tensor_v2\n', 'ctorch._utils\n_rebuild_parameter\n'],
        ...[text('x'), text('__proto__'), int(-1), int(2 ** 31 - 1), storage('FloatStorage', '0', 4)],
      ),
      lyingTensor,
    ),
    { maxLength: 60 },
  )
  .map((opcodes) => `\x80\x02${opcodes.join('')}.`);

const pickles = fc.oneof(dictionary, program).map(latin);
const maybeDamaged = fc.oneof(
  { weight: 3, arbitrary: pickles },
  { weight: 1, arbitrary: mutatedBytes(pickles) },
);

const archive = (bytes: Uint8Array): Files =>
  one(
    writeZip([
      ['archive/data.pkl', bytes],
      ['archive/data/0', new Uint8Array(64)],
      ['archive/data/1', new Uint8Array(64)],
      ['archive/version', utf8('3\n')],
    ]),
  );
const goodState = latin(
  `\x80\x02}${text('a')}${tensorOf(storage('FloatStorage', '0', 4), 0, [2, 2], [2, 1])}s.`,
);

/** The pickle of a torch file, which is a program. */
export const pickle = (): FuzzTarget => ({
  valid: [archive(goodState)],
  generate: maybeDamaged.map(archive),
  parse: (files) => readTorch(fileOf(files, 'file')),
});

/** The format before PyTorch 1.6: five pickles, and the storages. */
export const torchStream = (): FuzzTarget => {
  const stream = (state: Uint8Array): Uint8Array => {
    const head = latin(
      `\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}(${text('protocol_version')}M\xe9\x03${text('little_endian')}\x88u.`,
    );
    const keys = latin(`\x80\x02]${text('0')}a.`);
    const count = Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0);
    return new Uint8Array([...head, ...state, ...keys, ...count, ...new Uint8Array(16)]);
  };
  return {
    valid: [one(stream(goodState))],
    generate: fc.oneof(mutatedBytes(fc.constant(stream(goodState))), maybeDamaged.map(stream)).map(one),
    parse: (files) => readTorch(fileOf(files, 'file')),
  };
};
