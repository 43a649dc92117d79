import { type Dtype, isCount } from '../dtype.ts';
import type { TorchFail } from '../errors.ts';
import { type PickleHost, Tuple } from './pickle.ts';
import { elementBytes, TorchStorage, TorchTensor } from './tensor.ts';

/** A storage class of torch. It stands for a dtype. */
class StorageClass {
  readonly dtype: Dtype;
  constructor(dtype: Dtype) {
    this.dtype = dtype;
  }
}

/** A function of this file that a pickle may call. */
class Callable {
  readonly call: (args: readonly unknown[], fail: TorchFail) => unknown;
  constructor(call: Callable['call']) {
    this.call = call;
  }
}

/**
 * All globals that the pickle of a state dict may name (docs/reference/formats.md#torch-files). None of them runs code
 * of the file: three names build maps and tensors, the others are dtypes.
 */
const globals: ReadonlyMap<string, StorageClass | Callable> = new Map<string, StorageClass | Callable>([
  ['collections OrderedDict', new Callable(orderedDict)],
  ['torch._utils _rebuild_tensor_v2', new Callable(rebuildTensor)],
  ['torch._utils _rebuild_parameter', new Callable(rebuildParameter)],
  ['torch FloatStorage', new StorageClass('F32')],
  ['torch DoubleStorage', new StorageClass('F64')],
  ['torch HalfStorage', new StorageClass('F16')],
  ['torch BFloat16Storage', new StorageClass('BF16')],
  ['torch LongStorage', new StorageClass('I64')],
  ['torch IntStorage', new StorageClass('I32')],
  ['torch ShortStorage', new StorageClass('I16')],
  ['torch CharStorage', new StorageClass('I8')],
  ['torch ByteStorage', new StorageClass('U8')],
  ['torch BoolStorage', new StorageClass('BOOL')],
]);

/** Gives pickles of torch files access to the globals above and to the storages of the file. */
export class TorchHost implements PickleHost {
  readonly #fail: TorchFail;
  /** Storages by key, as the pickle describes them. The caller must check that the file contains them. */
  readonly storages: Map<string, TorchStorage> = new Map();

  constructor(fail: TorchFail) {
    this.#fail = fail;
  }

  global(module: string, name: string): unknown {
    const known = globals.get(`${module} ${name}`);
    if (known) return known;
    const refused = `${module}.${name}`.slice(0, 100);
    return this.#fail(
      'forbidden-global',
      `its pickle asks for ${refused}, which tensors do not need; do not trust this file`,
      refused,
    );
  }

  call(callable: unknown, args: readonly unknown[]): unknown {
    if (callable instanceof Callable) return callable.call(args, this.#fail);
    return this.#fail('malformed', 'its pickle calls something that is not a function');
  }

  /** Ignores `_metadata` (versions of modules), the only attribute of state dicts. Refuses all others. */
  build(object: unknown, state: unknown): void {
    const keys = state instanceof Map ? [...state.keys()] : [undefined];
    const other = keys.findIndex((key) => key !== '_metadata');
    if (object instanceof Map && other < 0) return;
    const key: unknown = keys[other];
    const refused = typeof key === 'string' ? key.slice(0, 100) : 'a state';
    this.#fail('forbidden-build', `its pickle sets ${refused} on an object; do not trust this file`, refused);
  }

  /** Resolves `("storage", class, key, location, elements)`. Old streams append a view, which is None. */
  persistent(id: unknown): TorchStorage {
    const items = id instanceof Tuple ? id.items : [];
    const [kind, storageClass, key, , elements, view = null] = items;
    if (
      kind !== 'storage' ||
      !(storageClass instanceof StorageClass) ||
      typeof key !== 'string' ||
      !/^\d{1,20}$/.test(key) ||
      items.length > 6
    )
      return this.#fail('malformed', 'its pickle refers to something that is not a storage');
    if (view !== null)
      return this.#fail('unsupported', 'it holds views of storages, as torch 0.3 wrote them; save it again');
    const { dtype } = storageClass;
    if (!isCount(elements) || !isCount(elements * elementBytes(dtype)))
      return this.#fail(
        'out-of-range',
        `the size of storage ${key} is not a whole number that a file can have`,
      );
    const known = this.storages.get(key) ?? new TorchStorage(dtype, key, elements);
    if (known.dtype !== dtype || known.elements !== elements)
      this.#fail('malformed', `its pickle describes storage ${key} in two different ways`);
    this.storages.set(key, known);
    return known;
  }
}

function orderedDict(args: readonly unknown[], fail: TorchFail): Map<unknown, unknown> {
  if (args.length > 0)
    fail('unsupported', 'its dictionary was written by Python 2; save it again with Python 3');
  return new Map();
}

/** Builds a tensor from `(storage, offset, size, stride, requires_grad, backward_hooks)`. */
function rebuildTensor([storage, offset, size, stride]: readonly unknown[], fail: TorchFail): TorchTensor {
  if (!(storage instanceof TorchStorage) || !(size instanceof Tuple) || !(stride instanceof Tuple))
    return fail(
      'malformed',
      'its pickle makes a tensor of something other than a storage, a size and strides',
    );
  return TorchTensor.of(storage, offset, size.items, stride.items, fail);
}

/** Returns the tensor of `(tensor, requires_grad, backward_hooks)`. */
function rebuildParameter([tensor]: readonly unknown[], fail: TorchFail): TorchTensor {
  return tensor instanceof TorchTensor
    ? tensor
    : fail('malformed', 'its pickle makes a parameter of something that is not a tensor');
}
