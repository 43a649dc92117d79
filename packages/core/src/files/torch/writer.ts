import { ByteWriter } from '../byte-writer.ts';
import { type TorchFail, TorchFileError } from '../errors.ts';
import { checkTensor, encodeTensor, type TensorToWrite, type WrittenDtype } from '../tensor-to-write.ts';
import { writeZip } from './zip-writer.ts';

const storageClasses: Readonly<Record<WrittenDtype, string>> = {
  F64: 'DoubleStorage',
  F32: 'FloatStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  I64: 'LongStorage',
  I32: 'IntStorage',
  U8: 'ByteStorage',
};

/** Limit of bytes, because numbers in the pickle and positions in the archive have 32 bits. */
const MAX_BYTES = 2 ** 31;
const MAX_TENSORS = 60_000;

/**
 * Encodes tensors as the smallest file that `torch.load(file, weights_only=True)` reads
 * (docs/reference/formats.md#the-adapters-library): a zip archive whose pickle is a dictionary of tensors. The bytes
 * depend only on the contents.
 *
 * @throws TorchFileError `name`, `duplicate-name`, `shape`, `dtype` or `too-large`
 */
export function writeTorchFile(
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
): Uint8Array {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length > MAX_TENSORS)
    fail('too-large', `${sorted.length} tensors are more than an archive holds`);
  const pickle = new ByteWriter().u8(PROTO, 2, EMPTY_DICT, MARK);
  const storages: [string, Uint8Array][] = [];
  let size = 0;
  for (const [key, [name, tensor]] of sorted.entries()) {
    if (sorted[key - 1]?.[0] === name)
      fail('duplicate-name', `the tensor ${JSON.stringify(name)} is given twice`);
    const dtype = checkTensor(name, tensor, fail);
    const bytes = encodeTensor(tensor, dtype);
    size += bytes.length;
    if (size >= MAX_BYTES) fail('too-large', 'the tensors have 2 GiB or more; write them as safetensors');
    storages.push([`archive/data/${key}`, bytes]);
    pickleText(pickle, name);
    pickleTensor(pickle, String(key), tensor, storageClasses[dtype]);
  }
  return writeZip([
    ['archive/data.pkl', pickle.u8(SETITEMS, STOP).finish()],
    ...storages,
    ['archive/version', new TextEncoder().encode('3\n')],
  ]);
}

const fail: TorchFail = (reason, message) => {
  throw new TorchFileError(reason, 'torch file to be written', message);
};

/* Opcodes of Python's pickle, protocol 2. */
const PROTO = 0x80;
const EMPTY_DICT = 0x7d;
const MARK = 0x28;
const SETITEMS = 0x75;
const STOP = 0x2e;
const GLOBAL = 0x63;
const REDUCE = 0x52;
const BINPERSID = 0x51;
const TUPLE = 0x74;
const EMPTY_TUPLE = 0x29;
const NEWFALSE = 0x89;
const BININT = 0x4a;
const BINUNICODE = 0x58;

/** Writes `_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`. */
function pickleTensor(
  pickle: ByteWriter,
  key: string,
  { shape, data }: TensorToWrite,
  storageClass: string,
): void {
  pickleGlobal(pickle, 'torch._utils', '_rebuild_tensor_v2');
  pickle.u8(MARK, MARK);
  pickleText(pickle, 'storage');
  pickleGlobal(pickle, 'torch', storageClass);
  pickleText(pickle, key);
  pickleText(pickle, 'cpu');
  pickleIntegers(pickle, [data.length]);
  pickle.u8(TUPLE, BINPERSID);
  pickleIntegers(pickle, [0]);
  const strides = rowMajorStrides(shape);
  if ([...shape, ...strides].some((n) => n >= MAX_BYTES))
    fail('too-large', `the shape [${shape}] is too large`);
  for (const integers of [shape, strides]) {
    pickle.u8(MARK);
    pickleIntegers(pickle, integers);
    pickle.u8(TUPLE);
  }
  pickle.u8(NEWFALSE);
  pickleGlobal(pickle, 'collections', 'OrderedDict');
  pickle.u8(EMPTY_TUPLE, REDUCE, TUPLE, REDUCE);
}

function pickleGlobal(pickle: ByteWriter, module: string, name: string): void {
  pickle.u8(GLOBAL).text(`${module}\n${name}\n`);
}

function pickleText(pickle: ByteWriter, text: string): void {
  const bytes = new TextEncoder().encode(text);
  pickle.u8(BINUNICODE).u32(bytes.length).bytes(bytes);
}

function pickleIntegers(pickle: ByteWriter, integers: readonly number[]): void {
  for (const integer of integers) pickle.u8(BININT).u32(integer);
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= Math.max(1, size);
  }
  return strides;
}
