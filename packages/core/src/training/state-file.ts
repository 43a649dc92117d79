import { ScalearnError } from '../errors.ts';
import { JsonFields, type JsonRule } from '../files/json-fields.ts';
import { parseSafetensors, type Safetensors } from '../files/safetensors/reader.ts';
import { writeSafetensors } from '../files/safetensors/writer.ts';
import { shown, shownList } from '../files/shown.ts';

/** A checkpoint that belongs to another run, or is damaged. */
export class CheckpointError extends ScalearnError {
  override name = 'CheckpointError';
}

/** A checkpoint that is whole, but of a run with other settings: a run continues only under its own. */
export class OtherSettingsError extends CheckpointError {
  override name = 'OtherSettingsError';
}

/** What decides a run: a checkpoint continues only under the same. */
export type RunSettings = Readonly<Record<string, string | number | null>>;

/** The state of a run, read from a file. */
export interface StateFile {
  /** Everything besides tensors, to be taken field by field. */
  readonly progress: JsonFields;
  /** @throws CheckpointError if it has another size, SafetensorsError if it is missing */
  vector(name: string, size: number): Float32Array;
}

const version = 1;

/** The state of a run as bytes: vectors by name, and how far it has come, as JSON. */
export function encodeState(
  settings: RunSettings,
  progress: object,
  vectors: Iterable<readonly [name: string, data: Float32Array]>,
): Uint8Array {
  const tensors = [...vectors].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  return writeSafetensors(tensors, {
    version: String(version),
    settings: JSON.stringify(settings),
    progress: JSON.stringify(progress, writeNumber),
  });
}

/** @throws CheckpointError if it is damaged, OtherSettingsError if it belongs to a run with others; SafetensorsError */
export function decodeState(bytes: Uint8Array, settings: RunSettings): StateFile {
  const file = parseSafetensors(bytes, 'checkpoint');
  if (file.metadata.get('version') !== String(version))
    throw new CheckpointError(
      'the checkpoint is of another version of this library; start again with overwrite',
    );
  const stored = parseMetadata(file, 'settings');
  const current: ReadonlyMap<string, unknown> = new Map(Object.entries(settings));
  const different = [...new Set([...current.keys(), ...stored.keys])].filter(
    (key) => current.get(key) !== stored.raw(key),
  );
  if (different.length > 0) {
    const show = (key: string): string =>
      `${key} was ${shown(stored.raw(key))}, is ${shown(current.get(key))}`;
    throw new OtherSettingsError(
      `the checkpoint belongs to a run with other settings: ${shownList(different.map(show))}`,
    );
  }
  return {
    progress: parseMetadata(file, 'progress', readNumber),
    vector(name, size) {
      const data = file.float32(name);
      if (data.length !== size)
        throw new CheckpointError(`the checkpoint's ${name} has ${data.length} values, not ${size}`);
      return data.slice();
    },
  };
}

/** The error for a checkpoint whose contents make no sense. */
class DamagedCheckpointError extends CheckpointError {
  constructor(message: string, options?: ErrorOptions) {
    super(`the checkpoint is damaged (${message}); start again with overwrite`, options);
  }
}

/** A number of a run, which may be none that JSON has: losses and metrics can be NaN or infinite. */
export const anyNumber: JsonRule<number> = {
  what: 'a number',
  fits: (value) => typeof value === 'number',
};

/** JSON has no NaN, infinities or -0, which losses and metrics can be: they are kept as objects. */
const writeNumber = (_: string, value: unknown): unknown => {
  if (Object.is(value, -0)) return { number: '-0' };
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
};
const readNumber = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'string'
    ? Number(value.number)
    : value;

function parseMetadata(
  file: Safetensors,
  key: string,
  revive?: (key: string, value: unknown) => unknown,
): JsonFields {
  let value: unknown;
  try {
    value = JSON.parse(file.metadata.get(key) ?? '', revive);
  } catch (cause) {
    throw new DamagedCheckpointError(`its ${key} is not JSON`, { cause });
  }
  return JsonFields.of(value, key, DamagedCheckpointError);
}
