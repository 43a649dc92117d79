import type { TensorInfo } from '../dtype.ts';
import { type TorchFail, TorchFileError } from '../errors.ts';
import type { RandomAccess } from '../random-access.ts';
import { type TensorReader, tensorReader } from '../tensor-reader.ts';
import { openTorchArchive } from './archive.ts';
import { openTorchStream } from './stream.ts';
import { elementBytes, TorchTensor } from './tensor.ts';
import { LOCAL_HEADER } from './zip.ts';

interface TorchEntry extends TensorInfo {
  readonly tensor: TorchTensor;
}

/**
 * Opens a state dict that `torch.save` wrote, in the zip format or in the format before PyTorch 1.6. Its pickle is read
 * by a machine that knows the few names state dicts need and refuses all others. No code of the file is executed.
 * Tensors are read when requested.
 *
 * @param file what to call the file in errors
 * @throws TorchFileError with the reason
 */
export async function openTorchFile(source: RandomAccess, file = 'torch file'): Promise<TensorReader> {
  const fail: TorchFail = (reason, message, refused) => {
    throw new TorchFileError(reason, file, message, refused);
  };
  const { state, locate } = await openContent(source, fail);
  const read = async ({ name, tensor }: TorchEntry): Promise<Uint8Array> => {
    const size = elementBytes(tensor.storage.dtype);
    const begin = (await locate(tensor.storage)) + tensor.offset * size;
    const bytes = await source.read(begin, begin + tensor.span * size);
    if (bytes.length !== tensor.span * size)
      fail(
        'truncated-data',
        `tensor ${JSON.stringify(name)} could not be read to its end; the file changed since it was opened`,
      );
    return tensor.gather(bytes);
  };
  return tensorReader({ metadata: new Map(), entries: entriesOf(state, source.size, fail), read }, fail);
}

async function openContent(source: RandomAccess, fail: TorchFail): ReturnType<typeof openTorchArchive> {
  const start = await source.read(0, Math.min(64, source.size));
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length >= 4 && view.getUint32(0, true) === LOCAL_HEADER) return openTorchArchive(source, fail);
  const PROTOCOL = 0x80;
  if (start[0] === PROTOCOL) return openTorchStream(source, fail);
  const text = new TextDecoder().decode(start);
  const what = text.startsWith('version https://git-lfs')
    ? 'it is a Git LFS pointer, not the file itself; fetch the file with "git lfs pull"'
    : 'it is not a torch file: neither a zip archive nor a pickle';
  return fail('malformed', what);
}

/**
 * The largest ratio of the tensors' bytes to the file's bytes. Tensors may share storage, as tied weights do, and
 * repeat it, as a table of positions does.
 */
const MOST_SHARED = 64;
const SMALL_BYTES = 2 ** 22;

function entriesOf(state: unknown, fileSize: number, fail: TorchFail): Map<string, TorchEntry> {
  if (!(state instanceof Map))
    return fail('malformed', 'it does not contain a dictionary of tensors; save the state_dict() of a model');
  const entries = new Map<string, TorchEntry>();
  let bytes = 0;
  for (const [name, tensor] of state) {
    if (typeof name !== 'string') return fail('malformed', 'a name in its dictionary is not text');
    if (!(tensor instanceof TorchTensor))
      return fail(
        'unsupported',
        `${JSON.stringify(name.slice(0, 100))} in it is not a tensor; save the state_dict() of the model alone`,
      );
    const { dtype } = tensor.storage;
    entries.set(name, { name, dtype, shape: tensor.shape, tensor });
    bytes += tensor.elements * elementBytes(dtype);
  }
  if (bytes > SMALL_BYTES + MOST_SHARED * fileSize)
    return fail('too-large', `its tensors claim ${bytes} bytes, and the file has ${fileSize}`);
  return entries;
}
