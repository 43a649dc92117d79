import { ModelFileError } from '../files/errors.ts';
import { shownList } from '../files/shown.ts';
import type { TensorReader } from '../files/tensor-reader.ts';
import type { NamedTensor, ParameterSpec } from '../nn/parameters.ts';
import { fingerprintKey } from './adapter-files.ts';
import type { MethodTarget, SaveCall } from './method.ts';

/** Returns the metadata of a method's tensor files: the encoder that they belong to. */
export function encoderMetadata({
  encoderFingerprint,
}: Pick<SaveCall, 'encoderFingerprint'>): Record<string, string> {
  return { format: 'pt', ...(encoderFingerprint ? { [fingerprintKey]: encoderFingerprint } : {}) };
}

/** Checks the metadata of a tensor file. @throws ModelFileError if it belongs to another encoder */
export function checkEncoder(
  reader: TensorReader,
  { encoderFingerprint }: Pick<MethodTarget, 'encoderFingerprint'>,
  where: string,
): void {
  const known = reader.metadata.get(fingerprintKey);
  if (known !== undefined && encoderFingerprint !== undefined && known !== encoderFingerprint)
    throw new ModelFileError(`${where} was trained on another encoder`);
}

/**
 * Reads exactly the tensors that a method trains. Keys may have the encoder's prefix or not.
 *
 * @param specs the parameters that the method trains on this encoder
 * @param where the file, for messages
 * @throws ModelFileError if they belong to another encoder, or that lists all missing, unexpected and misshaped keys
 */
export async function readTrainedTensors(
  reader: TensorReader,
  specs: readonly TensorSpec[],
  target: Pick<MethodTarget, 'encoder' | 'encoderFingerprint'>,
  where: string,
): Promise<Map<string, NamedTensor>> {
  checkEncoder(reader, target, where);
  const start = `${target.encoder.prefix}.`;
  const bare = (key: string): string => (key.startsWith(start) ? key.slice(start.length) : key);
  return readExactly(reader, specs, `${where} does not fit its configuration and the encoder`, bare);
}

type TensorSpec = Pick<ParameterSpec, 'name' | 'shape'>;

/**
 * Reads the tensors of a file, which must be those of `specs`. All shapes are checked before anything is allocated.
 *
 * @param bare returns the part of a key and of a name by which they are compared
 * @throws ModelFileError of `fault` and all missing, unexpected and misshaped keys
 */
export async function readExactly(
  reader: TensorReader,
  specs: readonly TensorSpec[],
  fault: string,
  bare: (key: string) => string = (key) => key,
): Promise<Map<string, NamedTensor>> {
  const keys = new Map([...reader.entries.keys()].map((key) => [bare(key), key]));
  const wanted = new Set(specs.map(({ name }) => bare(name)));
  const problems = [...keys].filter(([name]) => !wanted.has(name)).map(([, key]) => `unexpected ${key}`);
  const found = specs.flatMap(({ name, shape }) => {
    const key = keys.get(bare(name));
    const actual = key === undefined ? undefined : reader.entries.get(key)?.shape;
    if (key === undefined || !actual) problems.push(`missing ${name}`);
    else if (String(actual) !== String(shape))
      problems.push(`${key} is [${actual.slice(0, 8)}], not [${shape}]`);
    else return [{ name, shape, key }];
    return [];
  });
  if (problems.length > 0) throw new ModelFileError(`${fault}: ${shownList(problems)}`);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape, key } of found) tensors.set(name, { shape, data: await reader.readFloat32(key) });
  return tensors;
}
